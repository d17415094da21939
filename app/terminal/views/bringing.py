"""What the customer brings: codes that are typed or scanned, things that are tapped, and taken out again (TE-4)."""

from __future__ import annotations

import uuid

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.errors import Problem
from app.identity import till
from app.permissions import Permission, requires
from app.terminal.check import elsewhere, put_thing
from app.terminal.forms import ThingForm
from app.terminal.pages import Counter, step
from app.terminal.views.blueprint import blueprint
from app.terminal.views.choosing import show_payment, take_typed
from app.transactions.services import Brought
from app.transactions.services.open_sales import open_sale, put_brought
from app.web import go

KINDS = ("coupons", "offers")


@blueprint.post("/open-sales/<uuid:sale_key>/codes")
@requires(Permission.SELL)
def read_code(sale_key: uuid.UUID) -> BaseResponse:
    """Puts into the check what has this code."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    counter, codes = Counter(sale), ThingForm()
    if not codes.validate():
        return show_payment(counter, codes=codes)
    return take_typed(counter) or go(step("payment", sale_key))


@blueprint.post("/open-sales/<uuid:sale_key>/things")
@requires(Permission.SELL)
def put_in(sale_key: uuid.UUID) -> BaseResponse:
    """A coupon or an offer of the customer, tapped in the list."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    kind, number = _thing()
    if kind not in KINDS:
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
    if refused := take_typed(Counter(sale)):
        return refused
    counter, codes = Counter(sale), ThingForm()
    if fault := put_thing(counter, kind, number):
        codes.code.errors = [fault]
        return show_payment(counter, codes=codes)
    return go(step("payment", sale_key))


@blueprint.post("/open-sales/<uuid:sale_key>/things/removal")
@requires(Permission.SELL)
def put_back(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    put_brought(sale, Brought.of(sale.brought).without(*_thing()))
    return take_typed(Counter(sale)) or go(step("payment", sale_key))


def _thing() -> tuple[str, int]:
    """What a button names, such as coupons:12. Raises Problem."""
    kind, _colon, number = request.form.get("thing", "").partition(":")
    if kind not in ("coupons", "series", "offers", "gift_cards") or not number.isdecimal() or len(number) > 18:
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
    return kind, int(number)
