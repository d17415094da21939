"""The financial report of a period by Terminal and by day, without a word about customers (TL-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from flask_babel import gettext as _

from app.address import address
from app.businesses.queries import place_options, terminal_options
from app.errors import BadAddress
from app.period import ARGS as PERIOD_ARGS
from app.period import Choice, Period, today
from app.selects import Select
from app.transactions.figures import Figures
from app.transactions.log_choices import place_selects
from app.transactions.log_filter import LogFilter
from app.transactions.log_queries import figures_by_day

FILE_ARGUMENTS = ("program", "point_of_sale", "terminal", *PERIOD_ARGS)
ARGUMENTS = (*FILE_ARGUMENTS, "by")
MOST_DAYS = 366
MOST_LINES = 1_000
"""Lines that the page shows; the files have all."""


class By(StrEnum):
    """What a line of the page is of; a Terminal unless an address says otherwise."""

    TERMINAL = ""
    DAY = "day"
    BOTH = "both"


@dataclass(frozen=True)
class ReportPeriod(Period):
    """Both ends are known: up to today, and of this month, unless the address says otherwise."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> ReportPeriod:
        asked = Period.from_args(args)
        if asked == Period():
            return cls(today().replace(day=1), today())
        return cls(asked.first, asked.last or today())

    @property
    def fault(self) -> str | None:
        if self.first is None or self.last is None:
            return _("Choose the first day of the report.")
        long = (self.last - self.first).days >= MOST_DAYS
        return super().fault or (_("A report covers at most a year. Choose a shorter period.") if long else None)

    def choices(self) -> list[Choice]:
        now = today()
        this_month = now.replace(day=1)
        last_month = (this_month - timedelta(days=1)).replace(day=1)
        periods = [
            (_("This month"), Period(this_month, now)),
            (_("Last month"), Period(last_month, this_month - timedelta(days=1))),
            (_("30 days"), Period(now - timedelta(days=29), now)),
            (_("This year"), Period(now.replace(month=1, day=1), now)),
        ]
        here = Period(self.first, self.last)
        return [Choice(label, period.args(), here == period) for label, period in periods]


@dataclass(frozen=True)
class ReportLine:
    """What was sold on a day, at a Terminal, or on a day at a Terminal; '' and None where it is of all."""

    day: date | None
    place: str
    terminal: str
    figures: Figures


class Report:
    """Raises BadAddress for what cannot be read, NotFound for what is not there."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.period = ReportPeriod.from_args(args)
        self.filter = replace(LogFilter.from_args(args), period=self.period)
        self.by = _by(args.get("by", ""))

    @cached_property
    def sold(self) -> dict[tuple[date, int], Figures]:
        """Day and Terminal → its figures; nothing while the period cannot be."""
        return {} if self.period.fault else figures_by_day(self.filter)

    @cached_property
    def total(self) -> Figures:
        return sum(self.sold.values(), Figures())

    @cached_property
    def detailed(self) -> list[ReportLine]:
        """A line for each day of each Terminal: by day, then by the names of point of sale and Terminal."""
        return [ReportLine(day, *self._names[terminal], figures) for (day, terminal), figures in self._ordered()]

    @cached_property
    def lines(self) -> list[ReportLine]:
        if self.by is By.BOTH:
            return self.detailed[:MOST_LINES]
        found: dict[date | int, Figures] = {}
        for (day, terminal), figures in self._ordered():
            key = day if self.by is By.DAY else terminal
            found[key] = found.get(key, Figures()) + figures
        if self.by is By.DAY:
            return [ReportLine(key, "", "", figures) for key, figures in found.items() if isinstance(key, date)]
        return [ReportLine(None, *self._names[key], found[key]) for key in self._names if key in found]

    @property
    def left_off(self) -> int:
        """Lines that the page does not show."""
        return len(self.detailed) - len(self.lines) if self.by is By.BOTH else 0

    @property
    def selects(self) -> list[Select]:
        words = {By.TERMINAL: _("by Terminal"), By.DAY: _("by day"), By.BOTH: _("by day and Terminal")}
        options = [(by.value, name) for by, name in words.items()]
        return [*place_selects(self.filter), Select("by", _("Lines"), [(None, options)], self.by.value)]

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("transactions.report", *parts)

    def period_href(self, args: Mapping[str, str]) -> str:
        return self.href(self.filter.place_args(), self._by_args, args)

    def file_href(self, kind: str) -> str:
        """Of what is shown, by day and Terminal whatever a line of the page is of."""
        return address(f"transactions.report_{kind}", self.filter.args())

    @property
    def log_href(self) -> str:
        return address("transactions.index", self.filter.args())

    @property
    def _by_args(self) -> dict[str, str]:
        return {"by": self.by.value} if self.by else {}

    @cached_property
    def _names(self) -> dict[int, tuple[str, str]]:
        """Terminal → the names of its point of sale and its own, in their order."""
        places = {each.id: (number, each.name) for number, each in enumerate(place_options())}
        terminals = [each for each in terminal_options() if each.point_of_sale_id in places]
        terminals.sort(key=lambda each: places[each.point_of_sale_id][0])
        return {each.id: (places[each.point_of_sale_id][1], each.name) for each in terminals}

    def _ordered(self) -> list[tuple[tuple[date, int], Figures]]:
        order = {terminal: number for number, terminal in enumerate(self._names)}
        return sorted(self.sold.items(), key=lambda each: (each[0][0], order[each[0][1]]))


def _by(text: str) -> By:
    if text not in set(By):
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name="by"))
    return By(text)
