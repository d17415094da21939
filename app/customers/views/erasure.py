"""Deleting a customer: what it means, the question, the deed (CP-8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.customers import profile
from app.customers.details import details_of
from app.customers.forms.erasure import ErasureForm, erasure_form
from app.customers.models import Customer
from app.customers.queries import customer_named, customer_to_erase
from app.customers.registry import facts, registry
from app.customers.services.erasing import WrongDigitsError, erase_customer
from app.customers.views.blueprint import blueprint
from app.customers.wording import Wording
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/<int:customer_id>/erasure")
@requires(Permission.ERASE_CUSTOMERS)
def ask_to_erase(customer_id: int) -> BaseResponse:
    customer = customer_named(customer_id)
    return _show(customer, erasure_form(customer))


@blueprint.post("/<int:customer_id>/erasure")
@requires(Permission.ERASE_CUSTOMERS)
def erase(customer_id: int) -> BaseResponse:
    customer = customer_to_erase(customer_id)
    form = erasure_form(customer)
    if meanwhile := form.changed_meanwhile(details_of(customer)):
        return _show(customer, form, 409, _both(meanwhile))
    if not form.validate():
        return _show(customer, form, 422)
    try:
        erase_customer(customer, form.typed.data.strip(), form.chosen_reason)
    except WrongDigitsError:
        form.typed.errors = [_("These are not the digits.")]
        return _show(customer, form, 422)
    flash(_("The customer was deleted."), "success")
    return go(url_for("customers.index"))


def _both(meanwhile: dict[str, tuple[object, object]]) -> list[dict[str, str]]:
    """Both versions in words: what this person saw, and what someone else saved."""
    wording = Wording()
    return [
        {"label": wording.label(name), "mine": wording.words(name, seen), "theirs": wording.words(name, now)}
        for name, (seen, now) in meanwhile.items()
    ]


def _show(
    customer: Customer, form: ErasureForm, status: int = 200, both: Sequence[dict[str, str]] = ()
) -> BaseResponse:
    form.show(details_of(customer))
    known: dict[str, Any] = facts(registry.drawer, customer.id)
    response = render(
        "customers/erasure.html",
        customer=profile.identity(customer),
        form=form,
        both=both,
        further=[str(step.label) for step in registry.erasure],
        sales=profile.figures(customer.id).sales,
        points=known.get("points", 0),
        action=url_for("customers.erase", customer_id=customer.id),
        back=url_for("customers.profile", customer_id=customer.id),
    )
    response.status_code = status
    return response
