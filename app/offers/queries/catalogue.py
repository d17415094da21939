"""What the brand has: series with their coupons, gift cards with their movements, offers (LP-8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Row, Select, any_, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from werkzeug.exceptions import NotFound

from app.businesses.models import PointOfSale
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.lib.short_codes import spelt
from app.loyalty.models import Good
from app.offers.models import Coupon, CouponSeries, CouponStatus, GiftCard, GiftCardEntry, Offer
from app.paging import Order, PageKey

Thing = TypeVar("Thing", CouponSeries, GiftCard, Offer)

SERIES = Order(CouponSeries.created_at.expression, CouponSeries.id.expression)
OFFERS = Order(Offer.created_at.expression, Offer.id.expression)
CARDS = Order(GiftCard.sold_at.expression, GiftCard.id.expression)
# Ids of a status rise with time, so each status is a stretch of the index in the order of ids.
COUPONS = Order(Coupon.id.expression, Coupon.id.expression)  # type: ignore[arg-type]


@dataclass(frozen=True)
class ChosenCoupons:
    """Which coupons of a series a page shows."""

    series_id: int
    status: CouponStatus | None = None

    @property
    def statuses(self) -> list[CouponStatus]:
        return [self.status] if self.status else list(CouponStatus)


def series_page(archived: bool, key: PageKey | None) -> Sequence[CouponSeries]:
    return _listed(CouponSeries, SERIES, key, _archived(CouponSeries, archived))


def offer_page(archived: bool, key: PageKey | None) -> Sequence[Offer]:
    return _listed(Offer, OFFERS, key, _archived(Offer, archived))


def card_page(key: PageKey | None) -> Sequence[GiftCard]:
    return _listed(GiftCard, CARDS, key)


def count_of(kind: type[CouponSeries] | type[Offer], archived: bool) -> int:
    return int(db.session.execute(select(func.count()).where(_mine(kind), _archived(kind, archived))).scalar_one())


def card_count() -> int:
    return int(db.session.execute(select(func.count()).where(_mine(GiftCard))).scalar_one())


def coupon_page(chosen: ChosenCoupons, key: PageKey | None) -> Sequence[Row[Any]]:
    """Coupons of a series, the latest first, with who holds them, of those whom this person sees; and one more."""
    ids = COUPONS.newest(*_stretches(chosen, key)).subquery()
    columns: list[Any] = [
        *(Coupon.id, Coupon.code, Coupon.status, Coupon.issued_at, Coupon.expires_at, Coupon.used_at),
        *(Coupon.holder_id, Customer.first_name, Customer.last_name, Customer.phone),
        PointOfSale.name.label("place"),
    ]
    mine = Customer.business_id == Coupon.business_id
    there = PointOfSale.business_id == Coupon.business_id
    statement = (
        select(*columns)
        .join(ids, ids.c.id == Coupon.id)
        .outerjoin(Customer, mine & (Customer.id == Coupon.holder_id))
        .outerjoin(PointOfSale, there & (PointOfSale.id == Coupon.used_point_of_sale_id))
        .where(Coupon.business_id == business_id())
        .order_by(Coupon.id.desc())
    )
    return db.session.execute(statement).all()


def movements_of(card: GiftCard) -> Sequence[Row[Any]]:
    """What came onto a card and went off it, the latest first."""
    there = PointOfSale.business_id == GiftCardEntry.business_id
    statement = (
        select(GiftCardEntry, PointOfSale.name.label("place"))
        .outerjoin(PointOfSale, there & (PointOfSale.id == GiftCardEntry.point_of_sale_id))
        .where(GiftCardEntry.business_id == business_id(), GiftCardEntry.card_id == card.id)
        .order_by(GiftCardEntry.id.desc())
    )
    rows: Sequence[Any] = db.session.execute(statement).all()
    return rows


def named(kind: type[Thing], number: int) -> Thing:
    """One of them by its id, archived or not. Raises NotFound."""
    found = db.session.get(kind, (business_id(), number))
    if found is None:
        raise NotFound
    return found


def to_change(kind: type[Thing], number: int) -> Thing:
    """The same, held until the end of this unit of work. Raises NotFound."""
    found = db.session.get(kind, (business_id(), number), with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def good_names(numbers: Collection[int]) -> dict[int, str]:
    goods = select(Good.id, Good.name).where(Good.business_id == business_id(), Good.id.in_(numbers))
    return {row.id: row.name for row in db.session.execute(goods)}


def codes_of(coupons: Collection[int]) -> dict[int, str]:
    """Coupon → its code as people read it; '' where it has that of its series."""
    listed = Coupon.id == any_(literal(list(coupons), ARRAY(BigInteger)))
    codes = db.session.execute(select(Coupon.id, Coupon.code).where(Coupon.business_id == business_id(), listed))
    return {row.id: spelt(row.code) for row in codes}


def titles_of(kind: type[CouponSeries] | type[Offer]) -> list[tuple[int, str]]:
    """All of them with their titles, archived ones too, by title."""
    every = select(kind.id, kind.title).where(_mine(kind)).order_by(kind.title, kind.id)
    return [(row.id, row.title) for row in db.session.execute(every)]


def in_use(kind: type[CouponSeries] | type[Offer]) -> Sequence[Any]:
    """Those that are not archived, by title."""
    listed = select(kind).where(_mine(kind), _archived(kind, False)).order_by(kind.title, kind.id)
    return db.session.scalars(listed).all()


def _stretches(chosen: ChosenCoupons, key: PageKey | None) -> tuple[Select[Any], PageKey | None, Any]:
    listed = func.unnest(literal([int(each) for each in chosen.statuses], ARRAY(BigInteger)))
    statuses = listed.table_valued(column("status", BigInteger), name="of").render_derived()
    rows = select(Coupon.id).where(
        Coupon.business_id == business_id(), Coupon.series_id == chosen.series_id, Coupon.status == statuses.c.status
    )
    return rows, key, statuses


def _listed(kind: type[Thing], order: Order, key: PageKey | None, *chosen: Any) -> Sequence[Thing]:
    ids = db.session.scalars(order.newest(select(kind).where(_mine(kind), *chosen), key)).all()
    rows = select(kind).where(_mine(kind), kind.id.in_(ids)).order_by(*order.newest_first())
    return db.session.scalars(rows).all()


def _mine(kind: Any) -> Any:
    return kind.business_id == business_id()


def _archived(kind: Any, archived: bool) -> Any:
    return kind.archived_at.is_not(None) if archived else kind.archived_at.is_(None)
