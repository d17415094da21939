"""What the customer brings: codes that are typed or scanned, things that are tapped, and taken out again (TE-4)."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.errors import Problem
from app.identity import till
from app.lib import dates
from app.offers.models import GiftCard
from app.offers.services import Found, Refused, TooManyCodesError, find_code, is_in_hand
from app.offers.services import RefusedError as NotUsableError
from app.permissions import Permission, requires
from app.terminal.forms import ThingForm
from app.terminal.pages import Counter, step
from app.terminal.views.blueprint import blueprint
from app.terminal.views.paying import asked_of, elsewhere, show_payment
from app.transactions.models import OpenSale
from app.transactions.services import Brought, Refusal, RefusedError
from app.transactions.services.open_sales import open_sale, put_brought, put_payment
from app.transactions.services.refusing import refusal_words, unusable_words
from app.web import go

KINDS = ("coupons", "offers")


@blueprint.post("/open-sales/<uuid:sale_key>/codes")
@requires(Permission.SELL)
def read_code(sale_key: uuid.UUID) -> BaseResponse:
    """Puts into the check what has this code."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    form, counter = ThingForm(), Counter(sale)
    if not form.validate():
        return show_payment(counter, codes=form)
    if fault := _read(counter, form.code.data):
        form.code.errors = [fault]
        return show_payment(counter, codes=form)
    return go(step("payment", sale_key))


@blueprint.post("/open-sales/<uuid:sale_key>/things")
@requires(Permission.SELL)
def put_in(sale_key: uuid.UUID) -> BaseResponse:
    """A coupon or an offer of the customer, tapped in the list."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    counter, form = Counter(sale), ThingForm(formdata=None)
    kind, number = _thing()
    if kind not in KINDS:
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
    if fault := _tap(counter, kind, number):
        form.code.errors = [fault]
        return show_payment(counter, codes=form)
    return go(step("payment", sale_key))


@blueprint.post("/open-sales/<uuid:sale_key>/things/removal")
@requires(Permission.SELL)
def put_back(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    put_brought(sale, Brought.of(sale.brought).without(*_thing()))
    _fit(sale)
    return go(step("payment", sale_key))


def _read(counter: Counter, code: str) -> str:
    """Puts in what has this code; answers with why not, in words."""
    try:
        found = find_code(code, counter.customer.id, till().id, dates.now())
    except TooManyCodesError:
        return _("Too many codes were wrong at this Terminal. Try again in ten minutes.")
    except NotUsableError as refused:
        return unusable_words(refused)
    return _put(counter, *_named(found, counter))


def _tap(counter: Counter, kind: str, number: int) -> str:
    """Puts in what the customer has in hand; answers with why not. Nobody's coupon comes by its code alone."""
    if kind == "coupons" and not is_in_hand(number, counter.customer.id):
        return unusable_words(NotUsableError(Refused.UNKNOWN))
    return _put(counter, kind, number)


def _named(found: Found, counter: Counter) -> tuple[str, int, int]:
    """How a basket names it, and what a gift card pays: as much as it can."""
    if found.gift_card:
        return "gift_cards", found.gift_card.id, _pays(found.gift_card, counter)
    if found.coupon:
        return "coupons", found.coupon.id, 0
    return "series", found.series.id if found.series else 0, 0


def _pays(card: GiftCard, counter: Counter) -> int:
    paid = Brought.of(counter.sale.brought).gift_cards.get(card.id, 0)
    return min(card.balance, max(asked_of(counter).due + paid, 0))


def _put(counter: Counter, kind: str, number: int, amount: int = 0) -> str:
    """Puts it in where the check can be sold with it; answers with why not, in words."""
    sale = counter.sale
    before = Brought.of(sale.brought)
    put_brought(sale, before.having(kind, number, amount))
    tried = Counter(sale)
    asked = asked_of(tried)
    fault = tried.put_away[0] if tried.put_away else ""
    if not fault and asked.carried.points > tried.points:
        fault = refusal_words(RefusedError(Refusal.TOO_FEW_POINTS))
    if fault:
        put_brought(sale, before)
    else:
        _fit(sale)
    return fault


def _fit(sale: OpenSale) -> None:
    """Has what pays chosen anew where it is more than the check comes to now."""
    counter = Counter(sale)
    asked = asked_of(counter)
    if asked.due >= 0 and sale.points <= counter.most:
        return
    put_payment(sale, 0, {})
    left, cards = asked.total, {}
    for card, amount in asked.basket.brought.gift_cards.items():
        cards[card] = min(amount, left)
        left -= cards[card]
    put_brought(sale, replace(asked.basket.brought, gift_cards=cards))
    flash(_("What pays was chosen anew, as the check comes to something else."), "message")


def _thing() -> tuple[str, int]:
    """What a button names, such as coupons:12. Raises Problem."""
    kind, _colon, number = request.form.get("thing", "").partition(":")
    if kind not in ("coupons", "series", "offers", "gift_cards") or not number.isdecimal() or len(number) > 18:
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
    return kind, int(number)
