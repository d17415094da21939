"""Offers, coupons and gift cards that a customer may use, as its page shows them (MY-1, CP-5, LP-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.exceptions import NotFound

from app import pictures
from app.filters import in_points, language, money
from app.lib import dates, decimals
from app.lib.short_codes import spelt
from app.lib.texts import in_language
from app.offers.models import CouponKind, GiftCard
from app.offers.queries import of_customer as queries
from app.pictures import Picture


@dataclass(frozen=True)
class Thing:
    """What is shown at the counter, or told there."""

    id: int
    title: str
    brings: str
    ends_at: datetime | None
    begins_at: datetime | None = None
    """Where that is still ahead."""
    code: str = ""
    text: str = ""
    least: int = 0
    """The check from which it holds."""
    picture_id: int | None = None


class InHand:
    """Of one customer."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id

    @cached_property
    def offers(self) -> list[Thing]:
        return [_offer(row) for row in queries.offers_in_hand(self.customer_id)]

    @cached_property
    def coupons(self) -> list[Thing]:
        return [_coupon(row) for row in queries.coupons_in_hand(self.customer_id)]

    @cached_property
    def gift_cards(self) -> list[Thing]:
        return [_card(card) for card in queries.gift_cards_in_hand(self.customer_id)]

    @cached_property
    def pictures(self) -> Mapping[int, Picture]:
        return pictures.of_ids({each.picture_id for each in self.offers if each.picture_id})


def one_of(things: list[Thing], number: int) -> Thing:
    """Raises NotFound for what the customer has not, or not any more."""
    found = next((each for each in things if each.id == number), None)
    if found is None:
        raise NotFound
    return found


def _offer(row: Row[Any]) -> Thing:
    price = in_points(row.price) if row.price else _("free")
    begins = row.starts_at if row.starts_at > dates.now() else None
    text = in_language(row.texts, language())
    title = in_language(row.public_titles, language()) or row.title
    return Thing(row.id, title, price, row.ends_at, begins, text=text, picture_id=row.picture_id)


def _coupon(row: Row[Any]) -> Thing:
    title = in_language(row.public_titles, language()) or row.title
    begins = row.valid_from if row.valid_from and row.valid_from > dates.now() else None
    code = spelt(row.code) if row.code else row.shared_code
    return Thing(row.id, title, _brings(row), row.expires_at, begins, code, least=row.least_amount)


def _card(card: GiftCard) -> Thing:
    held = str(money(card.balance, symbol=True).striptags())
    return Thing(card.id, _("Gift card"), held, card.expires_at, code=spelt(card.code))


def _brings(row: Row[Any]) -> str:
    match CouponKind(row.kind):
        case CouponKind.PERCENT:
            return f"−{decimals.written(row.value * 100, language())}%"
        case CouponKind.AMOUNT:
            return str(money(-row.value, symbol=True).striptags())
        case CouponKind.POINTS:
            return f"+{in_points(row.value)}"
        case CouponKind.GOOD:
            return _("%(name)s, free", name=row.good or "–")
