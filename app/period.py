"""A period that a list is narrowed to: days of the business's zone, both ends included (CP-2, CP-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from app.errors import BadAddress
from app.filters import local, zone
from app.lib import dates

ARGS = ("from", "to")
EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True)
class Choice:
    """A quick choice, with what of an address stands for it."""

    label: str
    args: dict[str, str]
    current: bool


@dataclass(frozen=True)
class Period:
    """From the first day to the last; None is open."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Period:
        """Reads `from` and `to` of an address. Raises BadAddress for what is no day."""
        return cls(_day(args, "from"), _day(args, "to"))

    @property
    def fault(self) -> str | None:
        """Why no line can lie in it, in words for who chose the days."""
        if any(day is not None and not EARLIEST <= day <= LATEST for day in (self.first, self.last)):
            return _("Choose days of the years 1970 to 2999.")
        if self.first and self.last and self.first > self.last:
            return _("The first day lies after the last one. Exchange them, or clear one.")
        return None

    @property
    def reaches_today(self) -> bool:
        return self.last is None or self.last >= today()

    def args(self) -> dict[str, str]:
        days = zip(ARGS, (self.first, self.last), strict=True)
        return {name: day.isoformat() for name, day in days if day is not None}

    def holds(self, moment: InstrumentedAttribute[datetime]) -> list[ColumnElement[bool]]:
        """The conditions under which a moment lies in it."""
        conditions = []
        if self.first:
            conditions.append(moment >= midnight(self.first))
        if self.last:
            conditions.append(moment < midnight(self.last + timedelta(days=1)))
        return conditions

    def choices(self) -> list[Choice]:
        """The quick choices, up to today."""
        now = today()
        firsts = [
            (_("All time"), None),
            (_("30 days"), now - timedelta(days=29)),
            (_("3 months"), _months_before(now, 3)),
            (_("This year"), now.replace(month=1, day=1)),
        ]
        return [Choice(label, Period(first).args(), self == Period(first)) for label, first in firsts]


def today() -> date:
    """The day that it is in the business's zone."""
    return local(dates.now()).date()


def day_of(moment: datetime | None) -> date | None:
    """The day of a moment in the business's zone."""
    return None if moment is None else local(moment).date()


def last_day_before(moment: datetime | None) -> date | None:
    """The last day that ends by a moment, as people say until when something lasts."""
    return None if moment is None else (local(moment) - timedelta(microseconds=1)).date()


def end_of(day: date | None) -> datetime | None:
    """The moment when a day is over in the business's zone."""
    return None if day is None else midnight(day + timedelta(days=1))


def days_of(period: Period) -> list[tuple[date, datetime, datetime]]:
    """Each day of a period with both ends, with the moments where it begins and where the next one does."""
    if period.first is None or period.last is None:
        raise ValueError("This period has an open end.")
    days = [period.first + timedelta(days=number) for number in range((period.last - period.first).days + 1)]
    return [(day, midnight(day), midnight(day + timedelta(days=1))) for day in days]


def _day(args: Mapping[str, str], name: str) -> date | None:
    text = args.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadAddress(_("“%(name)s” in this address must be a day, such as 2026-11-30.", name=name)) from None


def midnight(day: date) -> datetime:
    """The moment when a day begins in the business's zone."""
    return datetime.combine(day, time(), ZoneInfo(zone()))


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last one."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(years, month + 1, 1)
    next_first = date(years + (month == 11), (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), next_first - timedelta(days=1))
