"""Coupons, offers and gift cards in the sale that uses them, and coupons that it gives: in its unit of work (LP-8).

What was read for the quote is held here, so of two sales with the same thing exactly one has it. Locks stand in this
order: the customer, balances, gift cards by id, series by id, coupons, what customers hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib.short_codes import masked
from app.lib.texts import in_language
from app.offers.models import Coupon, CouponSeries
from app.offers.services import (
    NotIssuedError,
    Refused,
    TooFewLeftError,
    Usable,
    hold_series_of,
    issue_coupon,
    pay_by_gift_card,
    redeem_coupon,
    redeem_offer,
    take_shared,
)
from app.offers.services import RefusedError as NotUsableError
from app.transactions.models import Extra
from app.transactions.services.brought import BroughtRefusedError, Kind, named
from app.transactions.services.quoting import Quote

NONE_LEFT = "none_left"
_KEEP = text(
    "UPDATE transaction SET extras = extras || CAST(:extras AS jsonb) WHERE business_id = :business AND id = :sale"
)


def extras_of(asked: Quote) -> list[dict[str, Any]]:
    """What the sale keeps of what was brought, and of the goods that are given, as they are called now."""
    carried, language, cards = asked.carried, asked.manner.language, asked.basket.brought.gift_cards
    coupons = [
        {"kind": Extra.COUPON, **_titles(each, language), "code": each.code, "discount": discount}
        for each, discount in zip(carried.coupons, asked.outcome.redeemed, strict=True)
    ]
    offers = [{"kind": Extra.OFFER, **_titles(each, language), "points": each.price} for each in carried.offers]
    paid = [
        {"kind": Extra.GIFT_CARD, "title": masked(each.code), "amount": cards[each.id]}
        for each in carried.cards
        if cards[each.id]
    ]
    gifts = [{"kind": Extra.GIFT, "title": name} for _good, name in asked.given.goods]
    return [*coupons, *offers, *paid, *gifts]


def redeem(asked: Quote, number: int, at: datetime) -> None:
    """Uses all that was brought. Raises BroughtRefusedError where another sale was quicker: then nothing stays."""
    who, place, carried = asked.basket.customer_id, asked.place_id, asked.carried
    for card, amount in sorted(asked.basket.brought.gift_cards.items()):
        if amount:
            key = f"sale:{number}:{card}"
            _quickly("gift_cards", card, pay_by_gift_card, card, amount, key, number, place, at)
    if carried.coupons:
        given = [each.id for each in asked.given.series]
        hold_series_of((), [*(each.series_id for each in carried.coupons), *given])
    for coupon in carried.coupons:
        _quickly(*named(coupon), _use, coupon, who, number, place, at)
    for offer in carried.offers:
        _quickly("offers", offer.id, redeem_offer, offer.id, who, number, place, at)


def issue(asked: Quote, number: int) -> tuple[str, ...]:
    """Gives a coupon of each series that rules named; answers with the codes. Where none is given the sale says why."""
    extras = [_issued(each, asked, number) for each in sorted(asked.given.series, key=lambda each: each.id)]
    values = {"business": business_id(), "sale": number, "extras": json.dumps(extras, ensure_ascii=False)}
    db.session.execute(_KEEP, values)
    return tuple(each["code"] for each in extras if each["kind"] == Extra.ISSUED)


def _use(coupon: Usable, who: int, number: int, place: int, at: datetime) -> None:
    try:
        held = coupon.id or take_shared(coupon.series_id, who, number)
    except (NotIssuedError, TooFewLeftError):
        raise NotUsableError(Refused.EXPIRED) from None
    redeem_coupon(held, who, number, place, at)


def _quickly(kind: Kind, number: int, use: Callable[..., None], *values: object) -> None:
    try:
        use(*values)
    except NotUsableError as refused:
        raise BroughtRefusedError(kind, number, refused) from None


def _issued(series: CouponSeries, asked: Quote, number: int) -> dict[str, Any]:
    who, titles = asked.basket.customer_id, _titles(series, asked.manner.language)
    try:
        issued = issue_coupon(series.id, who, f"sale:{number}:{series.id}", source_transaction_id=number)
    except NotIssuedError as none:
        return {"kind": Extra.NOT_ISSUED, **titles, "why": none.reason.value}
    except TooFewLeftError:
        return {"kind": Extra.NOT_ISSUED, **titles, "why": NONE_LEFT}
    if who in issued.skipped:
        return {"kind": Extra.NOT_ISSUED, **titles, "why": issued.skipped[who].value}
    coupon = db.session.get_one(Coupon, (business_id(), issued.done[who]))
    return {"kind": Extra.ISSUED, **titles, "code": coupon.code or series.code}


def _titles(named: Any, language: str) -> dict[str, str]:
    """As the panel's users know it, and as this customer reads it."""
    return {"title": named.title, "public": in_language(named.public_titles, language) or named.title}
