"""What a month cost, by kind and price and by day, and how the balance went through it (BI-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from app.address import address
from app.billing.models import ChargeKind, Tariff
from app.billing.months import Month
from app.billing.queries import Total, balance, balance_before, first_day, reserved, tariffs_of, totals
from app.billing.words import CHARGED, PAID_IN, kind_words
from app.filters import money, short_date
from app.lib import dates
from app.period import Period, days_of, midnight, today

ARGUMENTS = ("month",)
PACE = 30
"""Days by whose charges it is said how long the balance lasts."""
MESSAGES = (ChargeKind.SMS, ChargeKind.VIBER)


@dataclass(frozen=True)
class Line:
    """What was charged of a kind at one price; `href` leads to each charge behind it."""

    kind: ChargeKind
    label: str
    quantity: int
    price: int
    amount: int
    href: str


@dataclass(frozen=True)
class Day:
    """A day's charges and payments, in the smallest unit; `closing` is the balance at its end."""

    day: date
    amounts: Mapping[ChargeKind, int]
    """What each kind cost, and what was paid in or corrected."""
    closing: int

    @property
    def charged(self) -> int:
        return sum(self.amounts.get(kind, 0) for kind in CHARGED)

    @property
    def paid_in(self) -> int:
        return sum(self.amounts.get(kind, 0) for kind in PAID_IN)

    @property
    def transactions(self) -> int:
        return self.amounts.get(ChargeKind.TRANSACTION, 0)

    @property
    def messages(self) -> int:
        return sum(self.amounts.get(kind, 0) for kind in MESSAGES)

    @property
    def used(self) -> int:
        """What the chart shows: a monthly fee would dwarf it."""
        return self.transactions + self.messages


@dataclass(frozen=True)
class Bar:
    """A day in the chart: what transactions cost, and on top of it messages."""

    label: str
    title: str
    text: str
    first: int
    second: int

    @property
    def sum(self) -> int:
        return self.first + self.second


class Bill:
    """Raises BadAddress for a month that cannot be read."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.month = Month.from_args(args)
        self.kind_words = kind_words()

    @cached_property
    def totals(self) -> list[Total]:
        return totals(self.month.first, self.month.last)

    @cached_property
    def lines(self) -> list[Line]:
        """A line for each kind and price: where the tariff changed meanwhile a kind has two."""
        return [line for kind in CHARGED for line in self._lines(kind)]

    @property
    def charged(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def paid_in(self) -> int:
        return self._sum(ChargeKind.TOP_UP)

    @property
    def corrected(self) -> int:
        return self._sum(ChargeKind.CORRECTION)

    @property
    def fee(self) -> int:
        return -self._sum(ChargeKind.MONTHLY_FEE)

    @cached_property
    def opening(self) -> int:
        return balance_before(self.month.first)

    @property
    def closing(self) -> int:
        return self.opening + sum(each.amount for each in self.totals)

    @cached_property
    def days(self) -> list[Day]:
        """Every day that has begun, in their order."""
        found, left = [], self.opening
        for day, _begins, _ends in days_of(Period(self.month.first, min(self.month.last, max(today(), self._latest)))):
            amounts = self._amounts.get(day, {})
            left += sum(-amount if kind in CHARGED else amount for kind, amount in amounts.items())
            found.append(Day(day, amounts, left))
        return found

    @property
    def used(self) -> int:
        return self.charged - self.fee

    @cached_property
    def day_kinds(self) -> list[ChargeKind]:
        """What a day's line tells: kinds of which there is something in the month, transactions always."""
        return [kind for kind in CHARGED if kind is ChargeKind.TRANSACTION or self._has(kind)]

    @cached_property
    def paid_kinds(self) -> list[ChargeKind]:
        return [kind for kind in PAID_IN if self._has(kind)]

    @property
    def bars(self) -> list[Bar]:
        return [_bar(day) for day in self.days]

    @property
    def month_before(self) -> int:
        """What the month before cost."""
        before = self.month.before
        return -sum(each.amount for each in totals(before.first, before.last) if each.kind in CHARGED)

    @cached_property
    def balance(self) -> int:
        """What it is now, whatever month is shown."""
        return balance()

    @cached_property
    def reserved(self) -> int:
        return reserved()

    @property
    def lasts(self) -> int | None:
        """The days for which the balance is enough at the pace of the last ones; None where nothing is charged."""
        since = today() - timedelta(days=PACE - 1)
        spent = -sum(each.amount for each in totals(since, today()) if each.kind in CHARGED)
        return max(0, self.balance) * PACE // spent if spent else None

    @cached_property
    def tariffs(self) -> list[Tariff]:
        """Those that hold in the month, in their order; of this month also those that are planned."""
        return tariffs_of(midnight(self.month.first), None if self.month.is_open else midnight(self.month.after.first))

    def is_planned(self, tariff: Tariff) -> bool:
        return tariff.valid_from > dates.now()

    @property
    def before_href(self) -> str | None:
        begins = first_day()
        return self.href(self.month.before) if begins and begins < self.month.first else None

    @property
    def after_href(self) -> str | None:
        return None if self.month.is_open else self.href(self.month.after)

    def href(self, month: Month) -> str:
        return address("billing.month", {} if month == Month.present() else month.args())

    def file_href(self, ending: str) -> str:
        return address(f"billing.month_{ending}", self.month.args())

    def charges_href(self, kind: ChargeKind, day: date | None = None, price: int | None = None) -> str:
        """Each charge of a kind in the month or on a day of it."""
        period = Period(day, day) if day else self.month.period
        chosen = {"price": str(price)} if price is not None else {}
        return address("billing.charges", {"kind": kind.name.lower()}, period.args(), chosen)

    def _lines(self, kind: ChargeKind) -> list[Line]:
        by_price: dict[int, int] = {}
        for each in self.totals:
            if each.kind is kind:
                by_price[-each.rate] = by_price.get(-each.rate, 0) + each.quantity
        return [
            Line(kind, self.kind_words[kind], count, price, count * price, self.charges_href(kind, price=price))
            for price, count in by_price.items()
        ]

    @cached_property
    def _amounts(self) -> dict[date, dict[ChargeKind, int]]:
        found: dict[date, dict[ChargeKind, int]] = {}
        for each in self.totals:
            of_day = found.setdefault(each.day, {})
            of_day[each.kind] = of_day.get(each.kind, 0) + (-each.amount if each.kind in CHARGED else each.amount)
        return found

    @property
    def _latest(self) -> date:
        return max((each.day for each in self.totals), default=self.month.first)

    def _has(self, kind: ChargeKind) -> bool:
        return any(each.kind is kind for each in self.totals)

    def _sum(self, kind: ChargeKind) -> int:
        return sum(each.amount for each in self.totals if each.kind is kind)


def _bar(day: Day) -> Bar:
    text = money(day.used).striptags()
    return Bar(str(day.day.day), f"{short_date(day.day)}: {text}", text, day.transactions, day.messages)
