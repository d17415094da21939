"""Issuing coupons to customers: never more than there are, nor than a customer may have (LP-8, BA-9).

Locks stand in this order: customers by id, the series, what each customer holds. So those who issue of a series wait
for each other, and its number is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, text

from app.customers.family import hold_customers
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.lib.short_codes import key_of, new_code
from app.offers.models import CodeKind, CouponSeries
from app.offers.services.holding import add_coupons


class NotIssued(StrEnum):
    """Why a series issues nothing now."""

    OFF = "off"
    """Switched off or archived."""
    NOT_YET = "not_yet"
    OVER = "over"
    """Before or after its emission period, or past the date that its coupons hold until."""


class Skip(StrEnum):
    """Why a customer gets none."""

    GONE = "gone"
    """Erased, merged into another, or out of sight."""
    LIMIT = "limit"
    """It had as many of the series as a customer may have."""


class NotIssuedError(Exception):
    """The series issues nothing now."""

    def __init__(self, reason: NotIssued) -> None:
        super().__init__(reason.value)
        self.reason = reason


class TooFewLeftError(Exception):
    """Fewer coupons are left than are needed; none was issued (BA-9)."""

    def __init__(self, left: int, needed: int) -> None:
        super().__init__(f"{left} left, {needed} needed")
        self.left = left
        self.needed = needed


@dataclass(frozen=True)
class Issued:
    """What became of each customer: `done` are its coupons, those of an earlier call with the key among them."""

    done: dict[int, int] = field(default_factory=dict)
    """Customer → coupon."""
    skipped: dict[int, Skip] = field(default_factory=dict)


_ATTEMPTS = 3
_ALREADY = text("SELECT customer_id, id FROM coupon WHERE business_id = :business AND issue_key = ANY(:keys)")
_LISTED = text(
    "SELECT id FROM customer WHERE business_id = :business AND id = ANY(:customers)"
    " AND merged_into_id IS NULL AND erased_at IS NULL"
)
_HAD = text("SELECT holder_id, had FROM coupons_had(:series, :customers)")
_WRITE = text(
    """
    INSERT INTO coupon (business_id, series_id, customer_id, holder_id, bearer, code, code_key, issued_at, expires_at,
        issue_key, source_transaction_id, user_id)
    SELECT :business, :series, customer_id, customer_id, customer_id IS NULL, code, code_key, :at, :expires_at,
        issue_key, :source, :user
    FROM unnest(CAST(:customers AS bigint[]), CAST(:codes AS text[]), CAST(:code_keys AS text[]),
        CAST(:keys AS text[])) AS new (customer_id, code, code_key, issue_key)
    ON CONFLICT DO NOTHING
    RETURNING issue_key, id
    """
)
_COUNT = text(
    "UPDATE coupon_series SET issued = issued + :number, reserved = reserved - :taken"
    " WHERE business_id = :business AND id = :series"
)


def issue_coupon(series_id: int, customer_id: int, key: str, *, source_transaction_id: int | None = None) -> Issued:
    """A coupon for one customer. Raises NotIssuedError, TooFewLeftError."""
    return issue_coupons(series_id, [customer_id], key, source_transaction_id=source_transaction_id)


def issue_coupons(
    series_id: int,
    customers: Collection[int],
    key: str,
    *,
    source_transaction_id: int | None = None,
    from_reserve: bool = False,
) -> Issued:
    """A coupon for each of the customers, at most once for `key`; they are held from here on. Out of what is left, or
    of what was set aside.

    Raises NotIssuedError, and TooFewLeftError before anything is done.
    """
    asked = sorted(set(customers))
    hold_customers(asked)
    series = hold_series(series_id)
    keys = {each: f"{occasion_of(key, series_id)}:{each}" for each in asked}
    done = _already(keys)
    fresh = [each for each in asked if each not in done]
    skipped = _skipped(series, fresh)
    given = [each for each in fresh if each not in skipped]
    if given:
        check_issuing(series, dates.now())
        wanted = [keys[each] for each in given]
        written = _write(series, given, wanted, source_transaction_id, from_reserve=from_reserve)
        add_coupons(list(written), 1)
        done |= written
    return Issued(done, skipped)


def occasion_of(key: str, series_id: int) -> str:
    """What coupons of a series issued for `key` are named by; the customer stands behind it."""
    return f"{key}:{series_id}"


def reserve_coupons(series_id: int, number: int) -> None:
    """Sets so many aside: nobody else issues them (BA-9). Raises TooFewLeftError."""
    series = hold_series(series_id)
    left = left_of(series)
    if left is not None and left < number:
        raise TooFewLeftError(left, number)
    series.reserved += number
    db.session.flush()


def release_coupons(series_id: int, number: int) -> None:
    """Those that were set aside are left again."""
    hold_series(series_id).reserved -= number
    db.session.flush()


def generate_coupons(series_id: int, number: int, key: str) -> int:
    """So many coupons of nobody, for whoever shows their code; answers with how many are new, none for a known `key`.

    Raises NotIssuedError, TooFewLeftError.
    """
    series = hold_series(series_id)
    keys = [f"{key}:{series_id}:nobody:{each}" for each in range(1, number + 1)]
    known = db.session.scalar(
        text("SELECT 1 FROM coupon WHERE business_id = :business AND issue_key = :key"),
        {
            "business": business_id(),
            "key": keys[0],
        },
    )
    if known:
        return 0
    check_issuing(series, dates.now())
    _write(series, [None] * number, keys, None)
    return number


def hold_series(series_id: int) -> CouponSeries:
    """The series, which nobody else issues of until the end of this unit of work."""
    return db.session.scalars(
        select(CouponSeries)
        .where(CouponSeries.business_id == business_id(), CouponSeries.id == series_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def had_its_share(series: CouponSeries, customer_id: int) -> bool:
    """Whether a customer had as many of a series as one may have, used and lapsed ones too."""
    if series.customer_limit is None:
        return False
    had = db.session.execute(_HAD, {"series": series.id, "customers": [customer_id]}).one_or_none()
    return had is not None and had.had >= series.customer_limit


def left_of(series: CouponSeries) -> int | None:
    """How many coupons can still be issued; None where there is no limit."""
    return None if series.number_limit is None else series.number_limit - series.issued - series.reserved


def check_issuing(series: CouponSeries, at: datetime) -> None:
    """Raises NotIssuedError."""
    if reason := why_not_issued(series, at):
        raise NotIssuedError(reason)


def why_not_issued(series: CouponSeries, at: datetime) -> NotIssued | None:
    """None where coupons are issued now."""
    if not series.active or series.archived_at is not None:
        return NotIssued.OFF
    if at < series.issue_from:
        return NotIssued.NOT_YET
    ends = [moment for moment in (series.issue_to, series.valid_until) if moment is not None]
    return NotIssued.OVER if ends and at >= min(ends) else None


def _already(keys: Mapping[int, str]) -> dict[int, int]:
    found = db.session.execute(_ALREADY, {"business": business_id(), "keys": list(keys.values())})
    return {row.customer_id: row.id for row in found}


def _skipped(series: CouponSeries, customers: list[int]) -> dict[int, Skip]:
    values = {"business": business_id(), "customers": customers, "series": series.id}
    listed = set(db.session.scalars(_LISTED, values)) if customers else set()
    skipped = {each: Skip.GONE for each in customers if each not in listed}
    if series.customer_limit is not None and listed:
        had = db.session.execute(_HAD, values)
        skipped |= {row.holder_id: Skip.LIMIT for row in had if row.had >= series.customer_limit}
    return skipped


def _write(
    series: CouponSeries,
    customers: Sequence[int | None],
    keys: Sequence[str],
    source: int | None,
    *,
    from_reserve: bool = False,
) -> dict[Any, int]:
    """Writes coupons of a series that is held; where a code was there already, which is rare, another is drawn."""
    left = series.reserved if from_reserve else left_of(series)
    if left is not None and left < len(customers):
        raise TooFewLeftError(left, len(customers))
    at = dates.now()
    values = {
        "business": business_id(),
        "series": series.id,
        "at": at,
        "expires_at": _expiry(series, at),
        "source": source,
        "user": current_scope().user_id,
    }
    waiting = dict(zip(keys, customers, strict=True))
    written: dict[str, int] = {}
    for _attempt in range(_ATTEMPTS):
        codes = [new_code() if series.code_kind == CodeKind.UNIQUE else "" for _ in waiting]
        of_each = {"keys": list(waiting), "codes": codes, "code_keys": [key_of(code) for code in codes]}
        rows = db.session.execute(_WRITE, values | of_each | {"customers": list(waiting.values())})
        written |= {row.issue_key: row.id for row in rows}
        waiting = {key: customer for key, customer in waiting.items() if key not in written}
        if not waiting:
            break
    counted = {"number": len(written), "taken": len(written) if from_reserve else 0}
    db.session.execute(_COUNT, {"business": business_id(), "series": series.id, **counted})
    return {customer: written[key] for key, customer in zip(keys, customers, strict=True) if key in written}


def _expiry(series: CouponSeries, at: datetime) -> datetime | None:
    # What cannot be used yet has all its days before it.
    begins = max(at, series.valid_from) if series.valid_from else at
    ends = [begins + timedelta(series.valid_days)] if series.valid_days else []
    return min([*ends, *([series.valid_until] if series.valid_until else [])], default=None)
