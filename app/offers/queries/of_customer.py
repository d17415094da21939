"""What a customer has: offers, coupons and gift cards, those of records merged into it among them, newest first.

Offers and coupons that ended unused or were taken away are not listed (CP-5, CP-9). Row-level security leaves a
location operator what was not redeemed elsewhere, and no gift cards, which are the brand's money (PR-3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from app.businesses.models import PointOfSale
from app.customers.family import of_family
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Good
from app.offers.models import Coupon, CouponSeries, CouponStatus, CustomerOffer, GiftCard, Offer
from app.paging import Order, PageKey

OFFERS = Order(CustomerOffer.given_at.expression, CustomerOffer.id.expression)
COUPONS = Order(Coupon.issued_at.expression, Coupon.id.expression)
MOST_IN_HAND = 100
CARDS = Order(GiftCard.sold_at.expression, GiftCard.id.expression)


def offers(customer_id: int, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of a customer's offers and one more."""
    ids = OFFERS.newest(_offers(customer_id), key).subquery()
    columns: list[Any] = [
        *(CustomerOffer.id, CustomerOffer.given_at, CustomerOffer.redeemed_at),
        *(Offer.title, Offer.texts, Offer.price, Offer.starts_at, Offer.ends_at, Offer.active, Offer.picture_id),
        PointOfSale.name.label("place"),
    ]
    statement = (
        select(*columns)
        .join(ids, ids.c.id == CustomerOffer.id)
        # Outer, so that offers are looked up for the rows, never the rows gathered anew for each offer.
        .outerjoin(Offer, _offer())
        .outerjoin(PointOfSale, _place(CustomerOffer.redeemed_point_of_sale_id))
        .where(CustomerOffer.business_id == business_id())
        .order_by(*OFFERS.newest_first())
    )
    return db.session.execute(statement).all()


def coupons(customer_id: int, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of a customer's coupons and one more."""
    ids = COUPONS.newest(_coupons(customer_id), key).subquery()
    columns: list[Any] = [
        *(Coupon.id, Coupon.code, Coupon.issued_at, Coupon.expires_at, Coupon.used_at),
        *(CouponSeries.title, CouponSeries.kind, CouponSeries.value, CouponSeries.code.label("shared_code")),
        *(CouponSeries.valid_from, PointOfSale.name.label("place"), Good.name.label("good")),
    ]
    statement = (
        select(*columns)
        .join(ids, ids.c.id == Coupon.id)
        .outerjoin(CouponSeries, _series())
        .outerjoin(PointOfSale, _place(Coupon.used_point_of_sale_id))
        .outerjoin(Good, (Good.business_id == business_id()) & (Good.id == CouponSeries.good_id))
        .where(Coupon.business_id == business_id())
        .order_by(*COUPONS.newest_first())
    )
    return db.session.execute(statement).all()


def offers_in_hand(customer_id: int) -> Sequence[Row[Any]]:
    """What a customer may redeem, now or soon, as its own page shows it; what ends first before the rest."""
    ids = _offers(customer_id).where(CustomerOffer.redeemed_at.is_(None)).subquery()
    columns: list[Any] = [
        *(CustomerOffer.id, Offer.title, Offer.public_titles, Offer.texts, Offer.price, Offer.picture_id),
        *(Offer.starts_at, Offer.ends_at),
    ]
    statement = (
        select(*columns)
        .join_from(CustomerOffer, ids, ids.c.id == CustomerOffer.id)
        .join(Offer, _offer())
        .where(CustomerOffer.business_id == business_id(), Offer.active, Offer.archived_at.is_(None))
        .order_by(Offer.ends_at.asc().nulls_last(), CustomerOffer.id.desc())
        .limit(MOST_IN_HAND)
    )
    return db.session.execute(statement).all()


def coupons_in_hand(customer_id: int) -> Sequence[Row[Any]]:
    """The coupons that it may use, now or soon, with their codes; what expires first before the rest."""
    ids = _coupons(customer_id).where(Coupon.status == CouponStatus.HELD).subquery()
    columns: list[Any] = [
        *(Coupon.id, Coupon.code, Coupon.expires_at, CouponSeries.title, CouponSeries.public_titles),
        *(CouponSeries.kind, CouponSeries.value, CouponSeries.least_amount, CouponSeries.valid_from),
        *(CouponSeries.code.label("shared_code"), Good.name.label("good")),
    ]
    statement = (
        select(*columns)
        .join_from(Coupon, ids, ids.c.id == Coupon.id)
        .join(CouponSeries, _series())
        .outerjoin(Good, (Good.business_id == business_id()) & (Good.id == CouponSeries.good_id))
        .where(Coupon.business_id == business_id())
        .order_by(Coupon.expires_at.asc().nulls_last(), Coupon.id.desc())
        .limit(MOST_IN_HAND)
    )
    return db.session.execute(statement).all()


def gift_cards_in_hand(customer_id: int) -> Sequence[GiftCard]:
    """Its gift cards that can pay."""
    holds = or_(GiftCard.expires_at.is_(None), GiftCard.expires_at > func.now())
    mine = GiftCard.business_id == business_id(), of_family(GiftCard.customer_id, customer_id)
    usable = select(GiftCard).where(*mine, GiftCard.active, GiftCard.balance > 0, holds)
    ordered = usable.order_by(GiftCard.expires_at.asc().nulls_last(), GiftCard.id)
    return db.session.scalars(ordered.limit(MOST_IN_HAND)).all()


def gift_cards(customer_id: int, key: PageKey | None) -> Sequence[GiftCard]:
    """A page of a customer's gift cards and one more."""
    ids = db.session.scalars(CARDS.newest(_cards(customer_id), key)).all()
    mine = select(GiftCard).where(GiftCard.business_id == business_id(), GiftCard.id.in_(ids))
    return db.session.scalars(mine.order_by(*CARDS.newest_first())).all()


def offer_count(customer_id: int) -> int:
    return _count(_offers(customer_id))


def coupon_count(customer_id: int) -> int:
    return _count(_coupons(customer_id))


def gift_card_count(customer_id: int) -> int:
    return _count(_cards(customer_id))


def count_of_all(customer_id: int) -> int:
    """How many lines the tab has."""
    parts = (_offers(customer_id), _coupons(customer_id), _cards(customer_id))
    counts = [select(func.count()).select_from(part.subquery()).scalar_subquery() for part in parts]
    return sum(db.session.execute(select(*counts)).one())


def _offers(customer_id: int) -> Select[Any]:
    holds = or_(CustomerOffer.redeemed_at.is_not(None), Offer.ends_at.is_(None), Offer.ends_at > func.now())
    return (
        select(CustomerOffer.id)
        .join(Offer, _offer())
        .where(
            CustomerOffer.business_id == business_id(),
            CustomerOffer.holder_id == customer_id,
            CustomerOffer.removed_at.is_(None),
            CustomerOffer.lapsed_at.is_(None),
            holds,
        )
    )


def _coupons(customer_id: int) -> Select[Any]:
    holds = or_(Coupon.expires_at.is_(None), Coupon.expires_at > func.now())
    return select(Coupon.id).where(
        Coupon.business_id == business_id(),
        Coupon.holder_id == customer_id,
        or_(Coupon.status == CouponStatus.USED, (Coupon.status == CouponStatus.HELD) & holds),
    )


def _cards(customer_id: int) -> Select[Any]:
    mine: ColumnElement[bool] = of_family(GiftCard.customer_id, customer_id)
    return select(GiftCard.id).where(GiftCard.business_id == business_id(), mine)


def _count(listed: Select[Any]) -> int:
    return int(db.session.execute(select(func.count()).select_from(listed.subquery())).scalar_one())


def _offer() -> Any:
    return (Offer.business_id == CustomerOffer.business_id) & (Offer.id == CustomerOffer.offer_id)


def _series() -> Any:
    return (CouponSeries.business_id == Coupon.business_id) & (CouponSeries.id == Coupon.series_id)


def _place(column: Any) -> Any:
    return (PointOfSale.business_id == business_id()) & (PointOfSale.id == column)
