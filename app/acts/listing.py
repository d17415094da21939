"""The list of acts by year and month, its search and sums, and the drafts that stand before it (BI-5, BI-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property
from itertools import groupby
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _

from app.acts.lines import CHARGED, vat_within
from app.acts.models import ActKind, ActStatus, Executor, Requisites
from app.acts.queries import (
    closed_through,
    executors_of,
    first_month,
    held_by,
    last_day,
    listed_acts,
    local_day,
    month_of,
    next_month,
    own_requisites,
    this_month,
)
from app.address import address, member, whole_number
from app.billing.models import ChargeKind
from app.billing.queries import Total, totals
from app.errors import BadAddress
from app.filters import language
from app.identity import workplace
from app.lib import decimals
from app.lib.formats import precision
from app.lib.texts import one_line
from app.selects import Select, members, select

ARGUMENTS = ("search", "status", "year")
LONGEST_SEARCH = 100
FIRST_YEAR, LAST_YEAR = 1970, 9999


class Stage(IntEnum):
    """What an act is chosen by, as addresses name it."""

    DRAFT = 0
    ISSUED = 1
    SENT = 2
    SIGNED = 3


@dataclass(frozen=True)
class Sums:
    transactions: int = 0
    segments: int = 0
    total: int = 0
    vat: int = 0

    @property
    def net(self) -> int:
        return self.total - self.vat

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.transactions + other.transactions,
            self.segments + other.segments,
            self.total + other.total,
            self.vat + other.vat,
        )


@dataclass(frozen=True)
class ListedAct:
    """A line of the list: an act, or a month that has none yet."""

    month: date
    label: str
    stage: Stage
    sums: Sums
    id: int | None = None
    kind: ActKind = ActKind.MONTHLY
    year: int = 0
    number: str = ""
    dated: date | None = None
    issued: date | None = None
    since: date | None = None
    """When it was sent or signed."""
    vat_rate: int | None = None
    has_file: bool = False

    @property
    def draft(self) -> bool:
        return self.id is None


@dataclass(frozen=True)
class Year:
    """A series: its lines, newest first, and what its acts, not the drafts, come to."""

    year: int
    lines: tuple[ListedAct, ...]
    open: bool

    @property
    def acts(self) -> list[ListedAct]:
        return [line for line in self.lines if not line.draft]

    @property
    def drafts(self) -> int:
        return len(self.lines) - len(self.acts)

    @property
    def files(self) -> int:
        return sum(line.has_file for line in self.acts)

    @property
    def all_signed(self) -> bool:
        return bool(self.acts) and all(line.stage is Stage.SIGNED for line in self.acts)

    @property
    def sums(self) -> Sums:
        return sum((line.sums for line in self.acts), Sums())


class Acts:
    """Raises BadAddress for what cannot be read."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.search = one_line(args.get("search", ""))
        if len(self.search) > LONGEST_SEARCH:
            raise BadAddress(_("What is searched for is too long."))
        self.stage = member(Stage, args, "status")
        year = args.get("year", "")
        self.year = whole_number(year, "year", FIRST_YEAR, LAST_YEAR) if year else None

    @cached_property
    def requisites(self) -> Requisites:
        return own_requisites()

    @cached_property
    def every(self) -> list[ListedAct]:
        """All there are, drafts first."""
        return [*self._drafts(), *(_listed(row) for row in listed_acts())]

    @cached_property
    def shown(self) -> list[ListedAct]:
        return [line for line in self.every if self._fits(line)]

    @property
    def years(self) -> list[Year]:
        by_year = sorted(self.shown, key=lambda line: (-line.year, not line.draft))
        found = [(year, tuple(lines)) for year, lines in groupby(by_year, key=lambda line: line.year)]
        return [Year(year, lines, self.narrowed or place == 0) for place, (year, lines) in enumerate(found)]

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.stage is not None or self.year)

    @property
    def signed(self) -> int:
        """What all signed acts come to."""
        return sum(line.sums.total for line in self.every if line.stage is Stage.SIGNED)

    @property
    def waiting(self) -> bool:
        """Whether months are over that have no act yet."""
        return any(line.draft and line.month < this_month() for line in self.every)

    @property
    def selects(self) -> list[Select]:
        years = sorted({line.year for line in self.every}, reverse=True)
        return [
            select("year", _("Year"), [(None, [(str(year), str(year)) for year in years])], self._args),
            select("status", _("Status"), [(None, members(stage_words()))], self._args),
        ]

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("acts.index", *parts)

    @property
    def register_href(self) -> str:
        return address("acts.register", self._args)

    def year_href(self, year: Year) -> str:
        """Opens a year, or goes back to all of them."""
        return self.href({} if self.year == year.year else {"year": str(year.year)})

    @property
    def _args(self) -> dict[str, str]:
        stage = self.stage.name.lower() if self.stage is not None else ""
        asked = {"search": self.search, "status": stage, "year": str(self.year or "")}
        return {name: value for name, value in asked.items() if value}

    def _fits(self, line: ListedAct) -> bool:
        if self.year is not None and line.year != self.year:
            return False
        if self.stage is not None and line.stage is not self.stage:
            return False
        said = _said(line)
        # Someone may say month and year at once, in either order.
        return any(self._sought in each for each in said) or all(
            any(word in each for each in said) for word in self.search.casefold().split()
        )

    @cached_property
    def _sought(self) -> str:
        """An amount as machines write it, else the words in small letters."""
        try:
            return decimals.plain(decimals.parse(self.search, language())).removesuffix(".")
        except ValueError:
            return self.search.casefold()

    def _drafts(self) -> list[ListedAct]:
        """The months from the first that is not closed to this one, newest first, by one reading of the totals."""
        closed = closed_through()
        month = next_month(closed) if closed else first_month()
        if month is None:
            return []
        charged: dict[date, list[Total]] = {}
        for each in totals(month, last_day(this_month())):
            if each.kind in CHARGED:
                charged.setdefault(month_of(each.day), []).append(each)
        found = []
        while month <= this_month():
            if month in charged or month == this_month():
                found.append(self._draft(month, charged.get(month, [])))
            month = next_month(month)
        return found[::-1]

    def _draft(self, month: date, charged: list[Total]) -> ListedAct:
        executor = held_by(self._executors, month)
        total = -sum(each.amount for each in charged)
        rate = executor.vat_rate if executor else None
        sums = Sums(
            _count(charged, ChargeKind.TRANSACTION), _count(charged, ChargeKind.SMS), total, vat_within(total, rate)
        )
        name = month_words(month)
        label = _("%(month)s, to date", month=name) if month == this_month() else name
        return ListedAct(month, label, Stage.DRAFT, sums, year=month.year, vat_rate=rate)

    @cached_property
    def _executors(self) -> list[Executor]:
        return executors_of(self.requisites.jurisdiction)


def _count(charged: list[Total], kind: ChargeKind) -> int:
    """What an act would count of a kind: what costs nothing stands in none."""
    return sum(each.quantity for each in charged if each.kind is kind and each.rate)


def stage_words() -> dict[Stage, str]:
    return {
        Stage.DRAFT: _("Draft"),
        Stage.ISSUED: _("Issued"),
        Stage.SENT: _("Sent"),
        Stage.SIGNED: _("Signed"),
    }


def month_words(month: date) -> str:
    """October, whatever the year."""
    words = str(format_date(month, "LLLL", locale=language()))
    return words[:1].upper() + words[1:]


def _listed(row: Any) -> ListedAct:
    name = month_words(row.month)
    label = name if row.kind is ActKind.MONTHLY else _("%(month)s, correction", month=name)
    if row.month.year != row.year:
        label = f"{label} ({row.month.year})"
    return ListedAct(
        row.month,
        label,
        Stage(int(row.status)),
        Sums(row.transactions, row.segments, row.total, row.vat),
        row.id,
        row.kind,
        row.year,
        f"{row.year}-{row.number:04}",
        row.dated,
        local_day(row.issued_at, workplace().time_zone),
        row.day if row.status > ActStatus.ISSUED else None,
        row.vat_rate,
        row.has_file,
    )


def _said(line: ListedAct) -> list[str]:
    """What of a line is searched: number, month with its year, status, total."""
    amount = decimals.fixed(line.sums.total, precision(workplace().currency))
    words = (line.number, line.label, f"{line.month:%Y-%m}", stage_words()[line.stage])
    return [*(each.casefold() for each in words), amount]
