"""The check of an open sale: what it comes to, and what the customer brings into it (TE-2, TE-4)."""

from __future__ import annotations

from dataclasses import replace

from flask import flash
from flask_babel import gettext as _

from app.errors import Problem
from app.identity import till
from app.lib import dates
from app.offers.models import GiftCard
from app.offers.services import Found, Refused, TooManyCodesError, find_code, is_in_hand
from app.offers.services import RefusedError as NotUsableError
from app.terminal.pages import Counter, step
from app.transactions.models import OpenSale
from app.transactions.services import Brought, Quote, Refusal, RefusedError
from app.transactions.services.open_sales import put_brought, put_payment
from app.transactions.services.refusing import refusal_words, unusable_words


def asked_of(counter: Counter) -> Quote:
    """What the check comes to. Raises Problem where it cannot be sold."""
    try:
        return counter.quote
    except RefusedError as refused:
        raise Problem(409, refusal_words(refused), _("Begin a new sale.")) from None


def elsewhere(sale: OpenSale) -> str | None:
    """Where a sale is that has nothing to be paid yet, or is done."""
    if sale.transaction_id:
        return step("fate", sale.key)
    if not sale.customer_id:
        return step("new_customer", sale.key)
    return None if sale.lines else step("amount", sale.key)


def put_code(counter: Counter, code: str) -> str:
    """Puts in what has this code; answers with why not, in words."""
    try:
        found = find_code(code, counter.customer.id, till().id, dates.now())
    except TooManyCodesError:
        return _("Too many codes were wrong at this Terminal. Try again in ten minutes.")
    except NotUsableError as refused:
        return unusable_words(refused)
    return _put(counter, *_named(found, counter))


def put_thing(counter: Counter, kind: str, number: int) -> str:
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
