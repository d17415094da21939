"""What rules are made of, and the purchase that they are asked about (LP-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


@dataclass(frozen=True)
class Line:
    """A good of the check, or its whole amount where no goods are entered."""

    number: int
    good_id: int | None
    groups: frozenset[int]
    quantity: int
    """Thousandths of a unit."""
    gross: int
    """For the whole quantity, before discounts; never negative."""


@dataclass(frozen=True)
class Purchase:
    lines: tuple[Line, ...]
    at: datetime
    """Aware, in the business's zone: windows and days of rules are those of its clocks."""
    point_of_sale_id: int
    category_id: int
    digits: int = 2
    """Decimal digits of the currency: one point pays one unit of it, whatever its smallest unit (LP-1)."""


@dataclass(frozen=True)
class Conditions:
    """When a rule applies; what is empty or None asks for nothing.

    A window begins with its first minute and ends before its last; one that ends where it begins lasts a day, and one
    that ends earlier goes over midnight. What begins on a day belongs to it to its end: a window from 22 to 2 on
    Saturdays holds at 1 on Sunday. The amount is that of the whole check before any discount, as the customer can add
    it up. Goods narrow the lines that the rule is about: those of `goods` or `groups` (of any, if both are empty), but
    for those of `but_goods` and `but_groups`; one must be left.
    """

    weekdays: frozenset[int] = frozenset()
    """1 is Monday, 7 is Sunday."""
    from_time: time | None = None
    to_time: time | None = None
    from_day: date | None = None
    to_day: date | None = None
    """The last day, included."""
    points_of_sale: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    least: int | None = None
    most: int | None = None
    goods: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    but_goods: frozenset[int] = frozenset()
    but_groups: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PointsPercent:
    """Of what is paid in money for the rule's lines, after all discounts and points."""

    percent: int


@dataclass(frozen=True)
class PointsFixed:
    """Once for a check."""

    points: int


@dataclass(frozen=True)
class DiscountPercent:
    """Off each of the rule's lines."""

    percent: int


@dataclass(frozen=True)
class DiscountFixed:
    """Off the rule's lines together, shared out by what is left of each; at most all of it."""

    amount: int


@dataclass(frozen=True)
class AccountAmount:
    """Put on a money account, once for a check."""

    wallet_id: int
    amount: int


@dataclass(frozen=True)
class Gift:
    """A good that comes with the check."""

    good_id: int


@dataclass(frozen=True)
class CouponIssue:
    """A coupon of a series, one for a check; whether it has any left is known only to who issues it (LP-8)."""

    series_id: int


Effect = PointsPercent | PointsFixed | DiscountPercent | DiscountFixed | AccountAmount | Gift | CouponIssue


@dataclass(frozen=True)
class Rule:
    id: int
    name: str
    priority: int
    combines: bool
    conditions: Conditions
    effects: tuple[Effect, ...]


class Reason(StrEnum):
    """Why a rule applied or did not: the first condition that fails, in this order."""

    APPLIED = "applied"
    STOPPED = "stopped"
    """An earlier rule that does not combine had applied."""
    DAYS = "days"
    WEEKDAY = "weekday"
    TIME = "time"
    PLACE = "place"
    CATEGORY = "category"
    TOO_LITTLE = "too_little"
    TOO_MUCH = "too_much"
    GOODS = "goods"


@dataclass(frozen=True)
class Looked:
    """What became of one rule."""

    rule_id: int
    name: str
    applied: bool
    why: Reason
    stopped_by: str | None = None
    """The name of the rule that stopped this one."""
    discount: int = 0
