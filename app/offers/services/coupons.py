"""What becomes of coupons in a sale and its cancelling, by hand and by time (LP-8, TE-4, TE-5).

Whoever calls these holds the customer. Locks stand in this order: customers, series by id, coupons, what is held. A
sale that touches several series holds them first, by hold_series_of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, any_, case, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.customers.family import hold_customers, survivor_of
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.offers.models import Coupon, CouponSeries, CouponStatus
from app.offers.services.holding import add_coupons
from app.offers.services.issuing import hold_series, issue_coupon
from app.offers.services.usable import Refused, RefusedError, check_usable, coupon_found

CHUNK = 2_000
"""Coupons that lapse in one unit of work."""


class UsedMeanwhileError(Exception):
    """Coupons that a sale brought are used: they cannot be taken back with it."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__(", ".join(titles))
        self.titles = list(titles)


def redeem_coupon(coupon_id: int, customer_id: int, transaction_id: int, point_of_sale_id: int, at: datetime) -> None:
    """Uses a coupon in a sale; once more in the same sale changes nothing. Raises RefusedError."""
    found = coupon_found(coupon_id)
    if found is None:
        raise RefusedError(Refused.UNKNOWN)
    series = hold_series(found[0].series_id)
    coupon = _hold(coupon_id)
    if coupon.status is CouponStatus.USED and coupon.transaction_id == transaction_id:
        return
    holder = survivor_of(customer_id)
    check_usable(coupon, series, holder, at)
    if coupon.holder_id is None:
        coupon.customer_id = coupon.holder_id = holder
    else:
        add_coupons([holder], -1)
    coupon.status, coupon.used_at = CouponStatus.USED, at
    coupon.used_point_of_sale_id, coupon.transaction_id = point_of_sale_id, transaction_id
    series.used += 1
    db.session.flush()


def take_shared(series_id: int, customer_id: int, transaction_id: int) -> int:
    """The coupon of a shared code for who shows it without holding one; it came with the sale, and goes with it.

    Answers with its id. Raises NotIssuedError, TooFewLeftError, and RefusedError where the customer had its share.
    """
    issued = issue_coupon(series_id, customer_id, f"shown:{transaction_id}", source_transaction_id=transaction_id)
    if customer_id not in issued.done:
        raise RefusedError(Refused.USED)
    return issued.done[customer_id]


def used_meanwhile(transaction_id: int) -> list[str]:
    """The titles of coupons that a sale brought and another one used."""
    return _titles(
        and_(
            Coupon.source_transaction_id == transaction_id,
            Coupon.status == CouponStatus.USED,
            Coupon.transaction_id != transaction_id,
        )
    )


def give_back_coupons(transaction_id: int, *, leave_used: bool = False) -> None:
    """What was used in a sale is in its customer's hands again, until its date; what it brought is taken back (TE-5).

    Raises UsedMeanwhileError where something that it brought was used in another sale, unless that is to stay so.
    """
    brought = Coupon.source_transaction_id == transaction_id
    db.session.execute(_held_series(or_(Coupon.transaction_id == transaction_id, brought)))
    _restore(Coupon.transaction_id == transaction_id)
    if not leave_used and (titles := _titles(and_(brought, Coupon.status == CouponStatus.USED))):
        raise UsedMeanwhileError(titles)
    _remove(brought, CouponStatus.HELD)
    _remove(brought, CouponStatus.LAPSED)


def hold_series_of(coupons: Collection[int], series: Collection[int] = ()) -> None:
    """Holds the series of these coupons, and those named, in one order, before a sale uses and issues coupons."""
    db.session.execute(_held_series(Coupon.id.in_(coupons), series))


def remove_coupon(coupon_id: int) -> bool:
    """Takes a coupon out of its customer's hands; it is left in its series again. False where it was out of them."""
    hold_series_of([coupon_id])
    return bool(_remove(Coupon.id == coupon_id, CouponStatus.HELD))


def withdraw_coupons(series_id: int, keys: Sequence[str]) -> int:
    """Takes those issued under these keys out of hands, where nobody used them; they are left in their series again."""
    hold_series(series_id)
    return _remove(Coupon.issue_key == any_(literal(list(keys), ARRAY(Text))), CouponStatus.HELD)


def lapse_coupons() -> int:
    """Has coupons past their date lapse, some thousand at once; answers with how many did."""
    due = (
        select(Coupon.id, Coupon.holder_id)
        .where(
            Coupon.business_id == business_id(), Coupon.status == CouponStatus.HELD, Coupon.expires_at <= dates.now()
        )
        .order_by(Coupon.expires_at, Coupon.id)
        .limit(CHUNK)
    )
    found = db.session.execute(due).all()
    holders = _holders(found)
    hold_customers(holders)
    # What a merge moved meanwhile lapses the next time: its holder is not held.
    mine = and_(
        Coupon.id.in_([row.id for row in found]), or_(Coupon.holder_id.is_(None), Coupon.holder_id.in_(holders))
    )
    rows = _change(mine, CouponStatus.HELD, {"status": CouponStatus.LAPSED})
    add_coupons(_holders(rows), -1)
    return len(rows)


def _hold(coupon_id: int) -> Coupon:
    return db.session.scalars(
        select(Coupon)
        .where(Coupon.business_id == business_id(), Coupon.id == coupon_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _held_series(mine: ColumnElement[bool], more: Collection[int] = ()) -> Select[int]:
    of_coupons = select(Coupon.series_id).where(Coupon.business_id == business_id(), mine)
    return (
        select(CouponSeries.id)
        .where(
            CouponSeries.business_id == business_id(), or_(CouponSeries.id.in_(of_coupons), CouponSeries.id.in_(more))
        )
        .order_by(CouponSeries.id)
        .with_for_update(key_share=True)
    )


def _titles(mine: ColumnElement[bool]) -> list[str]:
    of_coupons = select(Coupon.series_id).where(Coupon.business_id == business_id(), mine)
    named = select(CouponSeries.title).where(CouponSeries.business_id == business_id(), CouponSeries.id.in_(of_coupons))
    return list(db.session.scalars(named.order_by(CouponSeries.title)))


def _restore(mine: ColumnElement[bool]) -> None:
    unused = {"status": CouponStatus.HELD, "used_at": None, "used_point_of_sale_id": None, "transaction_id": None}
    nobody = {name: case((Coupon.bearer, None), else_=getattr(Coupon, name)) for name in ("customer_id", "holder_id")}
    rows = _change(mine, CouponStatus.USED, unused | nobody)
    _count(rows, used=-1)
    add_coupons(_holders(rows), 1)


def _remove(mine: ColumnElement[bool], status: CouponStatus) -> int:
    rows = _change(mine, status, {"status": CouponStatus.REMOVED, "removed_at": dates.now()})
    _count(rows, issued=-1)
    if status is CouponStatus.HELD:
        add_coupons(_holders(rows), -1)
    return len(rows)


def _change(mine: ColumnElement[bool], status: CouponStatus, values: dict[str, Any]) -> Sequence[Any]:
    """Changes those of a status, held by their ids, so that nobody waits crosswise."""
    held = select(Coupon.id).where(Coupon.business_id == business_id(), mine, Coupon.status == status)
    ordered = held.order_by(Coupon.id).with_for_update(key_share=True).cte("held")
    change = (
        update(Coupon)
        .where(Coupon.business_id == business_id(), Coupon.id.in_(select(ordered.c.id)))
        .values(values)
        .returning(Coupon.series_id, Coupon.holder_id)
        .execution_options(synchronize_session=False)
    )
    rows: Sequence[Any] = db.session.execute(change).all()
    for each in db.session.identity_map.values():
        if isinstance(each, Coupon | CouponSeries):
            db.session.expire(each)
    return rows


def _count(rows: Sequence[Any], **signs: int) -> None:
    for series, number in sorted(Counter(row.series_id for row in rows).items()):
        counted = {name: getattr(CouponSeries, name) + sign * number for name, sign in signs.items()}
        mine = update(CouponSeries).where(CouponSeries.business_id == business_id(), CouponSeries.id == series)
        db.session.execute(mine.values(counted).execution_options(synchronize_session=False))


def _holders(rows: Sequence[Any]) -> list[int]:
    return [row.holder_id for row in rows if row.holder_id is not None]
