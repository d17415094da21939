"""The file of all that is known of one customer, made for the customer's own request (CP-8)."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms.validators import DataRequired

from app import audit
from app.customers import profile
from app.customers.models import Customer
from app.customers.personal_data import personal_data_file
from app.customers.queries import customer_named
from app.customers.views.blueprint import blueprint
from app.forms import line
from app.permissions import Permission, requires
from app.web import render


class ReasonForm(FlaskForm):  # type: ignore[misc]
    reason = line(_l("Reason"), DataRequired(_l("Say why the file is made.")))


@blueprint.get("/<int:customer_id>/personal-data")
@requires(Permission.HAND_OUT_PERSONAL_DATA)
def ask_for_personal_data(customer_id: int) -> BaseResponse:
    return _show(customer_named(customer_id), ReasonForm())


@blueprint.post("/<int:customer_id>/personal-data")
@requires(Permission.HAND_OUT_PERSONAL_DATA)
def make_personal_data(customer_id: int) -> BaseResponse:
    customer, form = customer_named(customer_id), ReasonForm()
    if not form.validate():
        return _show(customer, form, 422)
    content = personal_data_file(customer_id)
    audit.record("customer.personal_data", audit.Subject("customer", customer_id), {"reason": (None, form.reason.data)})
    response = Response(content, mimetype="application/json")
    # The customer's number alone: what is downloaded stays listed in the browser.
    response.headers["Content-Disposition"] = f'attachment; filename="customer-{customer_id}.json"'
    return response


def _show(customer: Customer, form: ReasonForm, status: int = 200) -> BaseResponse:
    response = render(
        "customers/personal_data.html",
        customer=profile.identity(customer),
        form=form,
        action=url_for("customers.make_personal_data", customer_id=customer.id),
        back=url_for("customers.profile", customer_id=customer.id),
    )
    response.status_code = status
    return response
