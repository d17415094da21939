"""What a code at a Terminal is: a coupon, the shared code of a series, or a gift card (TE-4).

Unknown and another customer's are told by the same words, after the same statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select

from app.customers.family import survivor_of
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.lib.short_codes import LENGTH, is_whole, key_of
from app.offers.models import Coupon, CouponSeries, CouponStatus, GiftCard
from app.offers.services.gift_cards import check_gift_card
from app.offers.services.guessing import give_code_try_back, take_code_try
from app.offers.services.issuing import left_of, why_not_issued
from app.offers.services.usable import Refused, RefusedError, Usable, check_usable, usable_of

_NONE: ColumnElement[str] = literal_column("''")
"""No code. It stands in the statement, as a plan that is kept for any value would not use the indexes of codes."""


@dataclass(frozen=True)
class Found:
    """What a customer may use: a coupon; a series, of whose shared code it is to get one; or a gift card."""

    coupon: Usable | None = None
    series: CouponSeries | None = None
    gift_card: GiftCard | None = None


def find_code(typed: str, customer_id: int, terminal_id: int, at: datetime) -> Found:
    """What a code is to a customer. Raises RefusedError with the reason, TooManyCodesError.

    What is not found counts as a guess, but for what cannot be a code at all: a slip of the finger.
    """
    take_code_try(terminal_id)
    key, holder = key_of(typed), survivor_of(customer_id)
    try:
        found = _found(key, holder, at)
    except RefusedError as refused:
        if refused.reason is not Refused.UNKNOWN or _is_slip(key):
            give_code_try_back(terminal_id)
        raise
    give_code_try_back(terminal_id)
    return found


def usable_series(series_id: int, customer_id: int, at: datetime) -> Usable:
    """What a shared code is to a customer: the coupon that it holds, or one to come. Raises RefusedError."""
    series = db.session.get(CouponSeries, (business_id(), series_id), populate_existing=True)
    if series is None or not series.code_key:
        raise RefusedError(Refused.UNKNOWN)
    return _of_shared(series, survivor_of(customer_id), at).coupon or usable_of(None, series)


def is_in_hand(coupon_id: int, customer_id: int) -> bool:
    """Whether a coupon was issued to this customer, who need not show its code; one that is nobody's was not."""
    mine = Coupon.business_id == business_id(), Coupon.id == coupon_id, Coupon.holder_id == survivor_of(customer_id)
    return db.session.scalar(select(Coupon.id).where(*mine)) is not None


def usable_coupons(customer_id: int, at: datetime) -> list[Usable]:
    """What this customer may use at that moment, what expires first before the rest."""
    mine = (
        _coupons()
        .where(Coupon.holder_id == survivor_of(customer_id), Coupon.status == CouponStatus.HELD)
        .where((Coupon.expires_at.is_(None)) | (Coupon.expires_at > at))
        .where((CouponSeries.valid_from.is_(None)) | (CouponSeries.valid_from <= at))
        .order_by(Coupon.expires_at.asc().nulls_last(), Coupon.id)
    )
    return [usable_of(*row) for row in db.session.execute(mine)]


def _found(key: str, holder_id: int, at: datetime) -> Found:
    # All three are asked each time, so that how long it takes tells nothing.
    coupon = db.session.execute(_coupons().where(Coupon.code_key == key, Coupon.code_key != _NONE)).one_or_none()
    series = db.session.scalars(
        select(CouponSeries).where(
            CouponSeries.business_id == business_id(), CouponSeries.code_key == key, CouponSeries.code_key != _NONE
        )
    ).one_or_none()
    card = db.session.scalars(
        select(GiftCard).where(GiftCard.business_id == business_id(), GiftCard.code_key == key)
    ).one_or_none()
    if coupon is not None:
        check_usable(*coupon, holder_id, at)
        return Found(coupon=usable_of(*coupon))
    if card is not None:
        check_gift_card(card, at)
        return Found(gift_card=card)
    if series is not None:
        return _of_shared(series, holder_id, at)
    raise RefusedError(Refused.UNKNOWN)


def _of_shared(series: CouponSeries, holder_id: int, at: datetime) -> Found:
    """The coupon of it that the customer holds; else the series, if it may have one."""
    rows: list[Row[Coupon, CouponSeries]] = list(
        db.session.execute(
            _coupons()
            .where(Coupon.holder_id == holder_id, Coupon.series_id == series.id)
            .where(Coupon.status != CouponStatus.REMOVED)
            .order_by(Coupon.status, Coupon.expires_at.asc().nulls_last(), Coupon.id.desc())
        )
    )
    full = series.customer_limit is not None and len(rows) >= series.customer_limit
    # One past its date may be held for a minute still.
    held = [row for row in rows if row[0].status is CouponStatus.HELD and (row[0].expires_at or dates.FOREVER) > at]
    if held or (full and rows):
        row = (held or rows)[0]
        check_usable(*row, holder_id, at)
        return Found(coupon=usable_of(*row))
    if why_not_issued(series, at) or left_of(series) == 0:
        raise RefusedError(Refused.EXPIRED)
    if series.valid_from is not None and at < series.valid_from:
        raise RefusedError(Refused.NOT_YET, series.valid_from)
    return Found(series=series)


def _coupons() -> Select[Coupon, CouponSeries]:
    return (
        select(Coupon, CouponSeries)
        .join(CouponSeries, (CouponSeries.business_id == Coupon.business_id) & (CouponSeries.id == Coupon.series_id))
        .where(Coupon.business_id == business_id())
        .execution_options(populate_existing=True)
    )


def _is_slip(key: str) -> bool:
    """Of the length of a code that is made here, and wrong in its check character: none is so, but a shared one."""
    if len(key) != LENGTH or is_whole(key):
        return False
    as_long = CouponSeries.business_id == business_id(), func.length(CouponSeries.code_key) == LENGTH
    return db.session.scalar(select(CouponSeries.id).where(*as_long).limit(1)) is None
