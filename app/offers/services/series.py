"""Making and changing series of coupons (LP-8); every change is in the audit log (PR-4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import audit
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.lib.short_codes import is_whole, key_of
from app.offers.models import CouponSeries
from app.offers.services.issuing import generate_coupons

FROZEN = ("kind", "value", "good_id", "least_amount", "code_kind", "code")
"""What no one changes once coupons are out: they bring what they were issued for."""


class CodeTakenError(Exception):
    """Another series has this code, in use or archived, or one could be made that is the same."""


class BelowIssuedError(Exception):
    """The number is less than what was issued already."""

    def __init__(self, issued: int) -> None:
        super().__init__(str(issued))
        self.issued = issued


@dataclass(frozen=True)
class SeriesValues:
    """What is said of a series; moments are where days begin and end by the business's clock."""

    title: str
    public_titles: dict[str, str]
    descriptions: dict[str, str]
    kind: str
    value: int
    good_id: int | None
    least_amount: int
    number_limit: int | None
    customer_limit: int | None
    issue_from: datetime
    issue_to: datetime | None
    valid_days: int | None
    valid_from: datetime | None
    valid_until: datetime | None
    code_kind: str
    code: str
    active: bool

    @classmethod
    def of(cls, series: CouponSeries) -> SeriesValues:
        return cls(**{each.name: getattr(series, each.name) for each in fields(cls)})


def add_series(values: SeriesValues) -> CouponSeries:
    """Raises CodeTakenError."""
    _check_code(values.code, None)
    series = CouponSeries(business_id=business_id(), code_key=key_of(values.code), **asdict(values))
    db.session.add(series)
    _flush()
    audit.record("coupon_series.add", _subject(series), {name: (None, value) for name, value in asdict(values).items()})
    return series


def change_series(series: CouponSeries, values: SeriesValues) -> None:
    """Needs the series held. Raises CodeTakenError, BelowIssuedError."""
    gone = series.issued + series.reserved
    if values.number_limit is not None and values.number_limit < gone:
        raise BelowIssuedError(gone)
    if series.issued and any(getattr(series, name) != getattr(values, name) for name in FROZEN):
        raise ValueError("Coupons of this series are out: what they bring stays.")
    _check_code(values.code, series.id)
    changes = audit.changes_of(series, asdict(values))
    if not changes:
        return
    for name, value in asdict(values).items():
        setattr(series, name, value)
    series.code_key = key_of(values.code)
    _flush()
    audit.record("coupon_series.change", _subject(series), changes)


def archive_series(series: CouponSeries) -> None:
    """Issues no more of it and takes it out of the list; what is out holds. Needs the series held."""
    _move(series, "archive", dates.now())


def restore_series(series: CouponSeries) -> None:
    """Takes it out of the archive. Needs the series held."""
    _move(series, "restore", None)


def print_coupons(series: CouponSeries, number: int, key: str) -> int:
    """Coupons of nobody, to be printed; answers with how many are new. Raises NotIssuedError, TooFewLeftError."""
    made = generate_coupons(series.id, number, key)
    if made:
        audit.record("coupon_series.print", _subject(series), {"printed": (None, made)})
    return made


def _check_code(code: str, own: int | None) -> None:
    if not code:
        return
    same = select(CouponSeries.id).where(
        CouponSeries.business_id == business_id(), CouponSeries.code_key == key_of(code)
    )
    if is_whole(key_of(code)) or db.session.scalar(same) not in (None, own):
        raise CodeTakenError


def _flush() -> None:
    """Someone else may have taken the code in this very moment."""
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        if "coupon_series_code_key" not in str(error):
            raise
        raise CodeTakenError from None


def _move(series: CouponSeries, verb: str, archived_at: datetime | None) -> None:
    """Into the archive or out of it; one that is there already stays as it is."""
    if (series.archived_at is None) is (archived_at is None):
        return
    changes = audit.changes_of(series, {"archived_at": archived_at})
    series.archived_at = archived_at
    audit.record(f"coupon_series.{verb}", _subject(series), changes)


def _subject(series: CouponSeries) -> audit.Subject:
    return audit.Subject("coupon_series", series.id)
