"""Points and money of one customer, added or removed by hand (CT-12, CP-2)."""

from __future__ import annotations

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.customers.models import Customer
from app.customers.queries import customer_named, customer_to_change
from app.customers.tabs import head
from app.filters import language
from app.ledger.queries import wallets_of
from app.ledger.services import ShortfallError
from app.lib import formats
from app.permissions import Permission, requires
from app.transactions.forms import AdjustmentForm
from app.transactions.services import Adjustment, adjust
from app.transactions.views.blueprint import blueprint
from app.web import go, render


@blueprint.get("/customers/<int:customer_id>/points-adjustment")
@requires(Permission.ADJUST_POINTS)
def ask_to_adjust(customer_id: int) -> BaseResponse:
    return _show(customer_named(customer_id), _form(customer_id))


@blueprint.post("/customers/<int:customer_id>/points-adjustment")
@requires(Permission.ADJUST_POINTS)
def adjust_points(customer_id: int) -> BaseResponse:
    # Held, so that nobody erases or merges it meanwhile.
    customer, form = customer_to_change(customer_id), _form(customer_id)
    if not form.validate():
        return _show(customer, form, 422)
    asked = Adjustment(
        *(customer.id, form.wallet.data, form.signed, form.terminal.data, form.reason.data),
        form.valid_days.data,
    )
    try:
        adjust(asked)
    except ShortfallError as short:
        points = form.amount.of_points
        missing = formats.points(short.missing, language()) if points else form.amount.words(short.missing)
        form.amount.errors = [_("There are %(missing)s too few to remove so much.", missing=missing)]
        return _show(customer, form, 422)
    flash(_("The balance was changed."), "success")
    return go(url_for("ledger.loyalty_history", customer_id=customer.id))


def _form(customer_id: int) -> AdjustmentForm:
    form = AdjustmentForm()
    form.offer(wallets_of(customer_id))
    return form


def _show(customer: Customer, form: AdjustmentForm, status: int = 200) -> BaseResponse:
    response = render(
        "transactions/adjustment.html",
        customer=head(customer),
        wallets=wallets_of(customer.id),
        form=form,
        action=url_for("transactions.adjust_points", customer_id=customer.id),
        back=url_for("customers.profile", customer_id=customer.id),
    )
    response.status_code = status
    return response
