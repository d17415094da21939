"""What a customer brings to a check, and the goods and coupons that it gets with it (TE-4, LP-2, LP-8)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.loyalty.models import Good
from app.loyalty.rules import DiscountFixed, DiscountPercent, Effect, Gift, Outcome, PointsFixed
from app.offers.models import CouponKind, CouponSeries, GiftCard
from app.offers.services import (
    Redeemable,
    Refused,
    Usable,
    redeemable_offer,
    usable_coupon,
    usable_gift_card,
    usable_series,
)
from app.offers.services import RefusedError as NotUsableError
from app.transactions.services.basket import Basket, Brought, Refusal, RefusedError

Kind = Literal["coupons", "series", "offers", "gift_cards"]
Thing = TypeVar("Thing")


class BroughtRefusedError(RefusedError):
    """One of the things brought cannot be redeemed; without it the basket is looked at anew.

    `why` is None where the check is too small for it: `most` says from which amount it is taken.
    """

    def __init__(self, kind: Kind, number: int, why: NotUsableError | None, least: int | None = None) -> None:
        super().__init__(Refusal.BROUGHT, least)
        self.kind = kind
        self.number = number
        self.why = why


@dataclass(frozen=True)
class Carried:
    """All of it as it is now; it may be redeemed."""

    coupons: tuple[Usable, ...] = ()
    """Those of shared codes last."""
    offers: tuple[Redeemable, ...] = ()
    cards: tuple[GiftCard, ...] = ()

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What the coupons do, in their order."""
        return tuple(map(effect_of, self.coupons))

    @property
    def points(self) -> int:
        """What the offers cost, in hundredths."""
        return sum(each.price for each in self.offers)


NOTHING = Carried()


@dataclass(frozen=True)
class Given:
    """Beside points: goods that rules and coupons give, and series of which rules give a coupon."""

    goods: tuple[tuple[int, str], ...] = ()
    """Good and name, each as often as it is given."""
    series: tuple[CouponSeries, ...] = ()


NONE_GIVEN = Given()


def named(coupon: Usable) -> tuple[Kind, int]:
    """How a basket names it."""
    return ("coupons", coupon.id) if coupon.id else ("series", coupon.series_id)


def effect_of(coupon: Usable) -> Effect:
    match CouponKind(coupon.kind):
        case CouponKind.PERCENT:
            return DiscountPercent(coupon.value)
        case CouponKind.AMOUNT:
            return DiscountFixed(coupon.value)
        case CouponKind.POINTS:
            return PointsFixed(coupon.value)
        case CouponKind.GOOD:
            return Gift(coupon.good_id or 0)


def carry(basket: Basket, at: datetime) -> Carried:
    """What was brought, as it is now: read, not held. Raises BroughtRefusedError."""
    who, brought = basket.customer_id, basket.brought
    coupons = [_usable("coupons", each, lambda number: usable_coupon(number, who, at)) for each in brought.coupons]
    coupons += [_usable("series", each, lambda number: usable_series(number, who, at)) for each in brought.series]
    _check_coupons(brought, coupons, basket.gross)
    offers = [_usable("offers", each, lambda number: redeemable_offer(number, who, at)) for each in brought.offers]
    cards = [_usable("gift_cards", each, lambda number: usable_gift_card(number, at)) for each in brought.gift_cards]
    for card in cards:
        if card.balance < brought.gift_cards[card.id]:
            raise BroughtRefusedError("gift_cards", card.id, NotUsableError(Refused.EMPTY))
    return Carried(tuple(coupons), tuple(offers), tuple(cards))


def _check_coupons(brought: Brought, coupons: Sequence[Usable], gross: int) -> None:
    """Each once, and the check is large enough. Raises BroughtRefusedError, by the names that the basket has.

    A shared code may have become a coupon that the customer holds, since it was put in.
    """
    names: list[tuple[Kind, int]] = [("coupons", each) for each in brought.coupons]
    names += [("series", each) for each in brought.series]
    known: set[tuple[Kind, int]] = set()
    for name, coupon in zip(names, coupons, strict=True):
        if named(coupon) in known:
            raise BroughtRefusedError(*name, NotUsableError(Refused.USED))
        if gross < coupon.least_amount:
            raise BroughtRefusedError(*name, None, coupon.least_amount)
        known.add(named(coupon))


def given_by(becomes: Outcome) -> Given:
    """The names of what a check brings; nothing is asked where there is none."""
    goods = _names(set(becomes.gifts)) if becomes.gifts else {}
    series = _series(becomes.coupons) if becomes.coupons else {}
    return Given(
        tuple((each, goods[each]) for each in becomes.gifts if each in goods),
        tuple(series[each] for each in becomes.coupons if each in series),
    )


def _usable(kind: Kind, number: int, find: Callable[[int], Thing]) -> Thing:
    try:
        return find(number)
    except NotUsableError as refused:
        raise BroughtRefusedError(kind, number, refused) from None


def _names(goods: Collection[int]) -> dict[int, str]:
    mine = select(Good.id, Good.name).where(Good.business_id == business_id(), Good.id.in_(goods))
    return {row.id: row.name for row in db.session.execute(mine)}


def _series(numbers: Collection[int]) -> dict[int, CouponSeries]:
    mine = select(CouponSeries).where(CouponSeries.business_id == business_id(), CouponSeries.id.in_(numbers))
    return {each.id: each for each in db.session.scalars(mine)}
