"""Purchases and rules for tests of the rules engine: by default a check of 100.00 at 10:00 on a Wednesday."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from app.loyalty.rules import Conditions, Effect, Line, Purchase, Reason, Rule, outcome

KYIV = ZoneInfo("Europe/Kyiv")
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=KYIV)
PLACE, CATEGORY = 1, 10
COFFEE, CAKE, BEANS = 100, 101, 102
DRINKS, BAKERY = 200, 201
MORNING = Conditions(from_time=time(9), to_time=time(11))


def line(number: int = 1, gross: int = 10_000, good: int | None = None, *groups: int) -> Line:
    return Line(number, good, frozenset(groups), 1000, gross)


def purchase(*lines: Line, at: datetime = WEDNESDAY, digits: int = 2) -> Purchase:
    return Purchase(lines or (line(),), at, PLACE, CATEGORY, digits)


def rule(
    *effects: Effect, conditions: Conditions | None = None, id_: int = 1, priority: int = 0, combines: bool = True
) -> Rule:
    return Rule(id_, f"Rule {id_}", priority, combines, conditions or Conditions(), effects)


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return WEDNESDAY.replace(day=day, hour=hour, minute=minute)


def why(conditions: Conditions, bought: Purchase | None = None, **changed: object) -> Reason:
    """What becomes of a rule with these conditions."""
    bought = replace(bought or purchase(), **changed)  # type: ignore[arg-type]
    (looked,) = outcome([rule(conditions=conditions)], bought).looked
    return looked.why
