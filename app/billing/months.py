"""The month that a page of charges is of, and the way to its neighbours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from app.errors import BadAddress
from app.filters import language
from app.lib import formats
from app.period import EARLIEST, LATEST, Period, today


@dataclass(frozen=True)
class Month:
    """Days of the business's time zone, named by the first of them."""

    first: date

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Month:
        """Reads `month` of an address, such as 2026-11; this month, if it names none. Raises BadAddress."""
        text = args.get("month", "")
        return cls(_first_day(text)) if text else cls.present()

    @classmethod
    def present(cls) -> Month:
        return cls(today().replace(day=1))

    @property
    def last(self) -> date:
        return self.after.first - timedelta(days=1)

    @property
    def before(self) -> Month:
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> Month:
        return Month((self.first + timedelta(days=31)).replace(day=1))

    @property
    def is_open(self) -> bool:
        """Whether more may be charged in it."""
        return self.last >= today()

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

    @property
    def name(self) -> str:
        """November 2026, as a heading has it."""
        return formats.month(self.first, language())

    def args(self) -> dict[str, str]:
        return {"month": f"{self.first:%Y-%m}"}


def _first_day(text: str) -> date:
    try:
        first = date.fromisoformat(f"{text}-01") if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text) else None
    except ValueError:
        first = None
    if first is None or not EARLIEST <= first <= LATEST:
        raise BadAddress(_("“%(name)s” in this address must be a month, such as 2026-11.", name="month"))
    return first
