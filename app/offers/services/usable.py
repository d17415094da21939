"""What a sale may take of coupons, gift cards and offers, or why it may not (LP-8, TE-4). Nothing is held here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, select

from app.customers.family import survivor_of
from app.db import business_id
from app.extensions import db
from app.offers.models import CodeKind, Coupon, CouponSeries, CouponStatus
from app.offers.services.issuing import had_its_share


class Refused(StrEnum):
    """Why a coupon, a gift card or an offer is not taken."""

    UNKNOWN = "unknown"
    """There is none, or it is another customer's: nobody learns which."""
    USED = "used"
    EXPIRED = "expired"
    REMOVED = "removed"
    NOT_YET = "not_yet"
    """Its series or offer has not begun."""
    OFF = "off"
    """An offer that is switched off or archived, a gift card that is blocked."""
    EMPTY = "empty"
    """Less is on a gift card than is to be paid."""
    LIMIT = "limit"
    """The customer had as many of the series as one may have, and this one is nobody's yet."""


class RefusedError(Exception):
    """It is not taken; `when` is when it was used, expired or begins, where that is the reason, `place_id` where it was
    used.
    """

    def __init__(self, reason: Refused, when: datetime | None = None, place_id: int | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.when = when
        self.place_id = place_id


@dataclass(frozen=True)
class Usable:
    """A coupon as a sale reckons with it."""

    id: int
    """0 of a shared code that nobody holds: it is issued as it is used."""
    series_id: int
    title: str
    """Of the series, as the panel's users know it."""
    public_titles: dict[str, str]
    code: str
    kind: str
    value: int
    good_id: int | None
    least_amount: int
    expires_at: datetime | None


def usable_coupon(coupon_id: int, customer_id: int, at: datetime) -> Usable:
    """The coupon, if this customer may use it at that moment; it is read, not held. Raises RefusedError."""
    row = coupon_found(coupon_id)
    if row is None:
        raise RefusedError(Refused.UNKNOWN)
    coupon, series = row
    check_usable(coupon, series, survivor_of(customer_id), at)
    return usable_of(coupon, series)


def check_usable(coupon: Coupon, series: CouponSeries, holder_id: int, at: datetime) -> None:
    """Raises RefusedError. One that is nobody's may be used by anyone."""
    if coupon.holder_id not in (None, holder_id):
        raise RefusedError(Refused.UNKNOWN)
    if coupon.status is CouponStatus.USED:
        raise RefusedError(Refused.USED, coupon.used_at, coupon.used_point_of_sale_id)
    if coupon.status is CouponStatus.REMOVED:
        raise RefusedError(Refused.REMOVED, coupon.removed_at)
    if coupon.status is CouponStatus.LAPSED or (coupon.expires_at is not None and coupon.expires_at <= at):
        raise RefusedError(Refused.EXPIRED, coupon.expires_at)
    if series.valid_from is not None and at < series.valid_from:
        raise RefusedError(Refused.NOT_YET, series.valid_from)
    if coupon.holder_id is None and had_its_share(series, holder_id):
        raise RefusedError(Refused.LIMIT)


def usable_of(coupon: Coupon | None, series: CouponSeries) -> Usable:
    own = coupon if series.code_kind == CodeKind.UNIQUE else None
    return Usable(
        coupon.id if coupon else 0,
        series.id,
        title=series.title,
        public_titles=series.public_titles,
        code=own.code if own else series.code,
        kind=series.kind,
        value=series.value,
        good_id=series.good_id,
        least_amount=series.least_amount,
        expires_at=coupon.expires_at if coupon else None,
    )


def coupon_found(coupon_id: int) -> Row[Coupon, CouponSeries] | None:
    """As it stands now, whatever was read before."""
    return db.session.execute(
        select(Coupon, CouponSeries)
        .join(CouponSeries, (CouponSeries.business_id == Coupon.business_id) & (CouponSeries.id == Coupon.series_id))
        .where(Coupon.business_id == business_id(), Coupon.id == coupon_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
