"""Each charge behind a figure, newest first: of one kind, in a period, at one price if it is asked for (BI-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app.address import address, member, whole_number
from app.billing.models import ChargeKind
from app.billing.months import Month
from app.billing.queries import Total, charge_page, totals
from app.billing.subjects import Subject, subjects
from app.billing.words import CHARGED, kind_words
from app.filters import language, money
from app.lib import formats
from app.lines import Lines
from app.paging import ARGS as PAGE_ARGS
from app.paging import Page, PageKey, page_of
from app.period import ARGS as PERIOD_ARGS
from app.period import EARLIEST, LATEST, Period
from app.selects import Options, Select

ARGUMENTS = ("kind", "price", *PERIOD_ARGS, *PAGE_ARGS)


@dataclass(frozen=True)
class Line:
    """A charge as it is drawn."""

    id: int
    at: datetime
    quantity: int
    price: int
    """Of one, in the smallest unit: what it cost, or what was paid in."""
    subject: Subject

    @property
    def amount(self) -> int:
        return self.quantity * self.price


class Charges(Lines):
    """Raises BadAddress for what cannot be read."""

    open_row = None

    def __init__(self, args: Mapping[str, str]) -> None:
        self.period = Period.from_args(args)
        self.key = PageKey.from_args(args)
        self.kind = member(ChargeKind, args, "kind") or ChargeKind.TRANSACTION
        self._asked = whole_number(args["price"], "price", least=0) if args.get("price") else None
        self.kind_words = kind_words()

    @cached_property
    def page(self) -> Page[Line]:
        rates = self._rates
        if self.period.fault or not rates:
            return Page([])
        found = page_of(charge_page(self.kind, self.period, rates, self.key), self.key)
        known = self._subjects([row.id for row in found.lines])
        return Page([self._line(row, known) for row in found.lines], found.previous, found.next)

    @cached_property
    def price(self) -> int | None:
        """The price that is chosen; one that nothing of the kind has stayed from another kind, and is left out."""
        known = {-each.rate for each in self._totals} if self.is_charged else set()
        return self._asked if self._asked in known else None

    @property
    def quantity(self) -> int:
        return sum(each.quantity for each in self._chosen)

    @property
    def amount(self) -> int:
        """What all of it came to: charged, or paid in."""
        return sum(each.amount for each in self._chosen) * (-1 if self.is_charged else 1)

    @property
    def is_charged(self) -> bool:
        return self.kind in CHARGED

    @property
    def selects(self) -> list[Select]:
        kinds = [(kind.name.lower(), words) for kind, words in self.kind_words.items()]
        found = [Select("kind", _("What for"), [(None, kinds)], self.kind.name.lower())]
        return [*found, self._price_select] if self._prices else found

    @property
    def filter_args(self) -> dict[str, str]:
        chosen = {"kind": self.kind.name.lower()} if self.kind is not ChargeKind.TRANSACTION else {}
        return chosen | ({"price": str(self.price)} if self.price is not None else {}) | self.period.args()

    @property
    def month_href(self) -> str:
        """The bill of the month that the period lies in, else of this one."""
        last = self.period.last
        month = Month(last.replace(day=1)) if last and not self.period.fault else Month.present()
        return address("billing.month", {} if month == Month.present() else month.args())

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("billing.charges", *parts)

    @cached_property
    def _totals(self) -> list[Total]:
        """Out of the totals, so that a million charges are counted as quickly as ten."""
        first, last = self.period.first or EARLIEST, self.period.last or LATEST
        return [] if self.period.fault else [each for each in totals(first, last) if each.kind is self.kind]

    @property
    def _chosen(self) -> list[Total]:
        return [each for each in self._totals if self.price is None or each.rate == -self.price]

    @property
    def _rates(self) -> list[int]:
        return sorted({each.rate for each in self._chosen})

    @property
    def _prices(self) -> list[int]:
        """Where there are several to choose from, or one is chosen."""
        known = sorted({-each.rate for each in self._totals}) if self.is_charged else []
        return known if len(known) > 1 or self.price is not None else []

    @property
    def _price_select(self) -> Select:
        options: Options = [("", _("All")), *((str(price), money(price).striptags()) for price in self._prices)]
        return Select("price", _("Price"), [(None, options)], "" if self.price is None else str(self.price))

    def _subjects(self, ids: list[int]) -> Mapping[int, Subject]:
        if self.kind is ChargeKind.MONTHLY_FEE:
            months = {number: date(number // 100, number % 100, 1) for number in ids}
            return {number: Subject(formats.month(month, language())) for number, month in months.items()}
        return subjects(self.kind, ids)

    def _line(self, row: Row[Any], known: Mapping[int, Subject]) -> Line:
        subject = Subject(row.note) if row.note else known.get(row.id, Subject("–"))
        return Line(row.id, row.at, row.quantity, -row.rate if self.is_charged else row.rate, subject)
