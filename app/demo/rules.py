"""Rules and settings of demonstration programs: those by which the generator earns points, and some of its story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from app.demo.plans import BusinessPlan, ProgramPlan
from app.loyalty.rules import Conditions, DiscountPercent, Effect, PointsFixed, PointsPercent, Rounding
from app.loyalty.rules.kept import written_conditions, written_effects

MORNING = Conditions(from_time=time(9), to_time=time(11))


def settings(plan: BusinessPlan, program: ProgramPlan) -> dict[str, Any]:
    """Columns of a program as its past has them: half a check at most was paid in points."""
    return {
        "rounding": (Rounding.WHOLE if program.whole else Rounding.HUNDREDTHS).value,
        "points_days": program.months * 30 or None,
        "points_share": 5_000,
        "pin_limit": 5_000,
        "quiet_from": time(21),
        "quiet_to": time(9),
        "terms_url": f"https://{plan.slug}.example/terms",
    }


def rules(program: ProgramPlan, categories: dict[str, int], until: datetime) -> Iterator[dict[str, Any]]:
    """Rows of rules: those in force are of its past, or begin after it; others were never switched on."""
    always = PointsPercent(program.percent * 100)
    if program.morning_percent == program.percent:
        yield _row("Every purchase", 0, always)
        return
    morning = PointsPercent(program.morning_percent * 100)
    yield _row("Mornings", 0, morning, asked=MORNING, combines=False)
    yield _row("Every purchase", 1, always)
    first = until.date() + timedelta(days=14)
    week = Conditions(from_day=first, to_day=first + timedelta(days=6), least=30_000)
    yield _row("Thank-you week", 2, PointsFixed(2_500), asked=week)
    gold = Conditions(categories=frozenset({categories["Gold"]}))
    yield _row("A little off for Gold", 3, DiscountPercent(500), asked=gold, active=False)
    saturday = Conditions(weekdays=frozenset({5, 6}), from_time=time(20), to_time=time(1))
    yield _row("Late on Fridays and Saturdays", 4, DiscountPercent(1_000), asked=saturday, active=False)


def _row(
    name: str,
    priority: int,
    effect: Effect,
    *,
    asked: Conditions | None = None,
    combines: bool = True,
    active: bool = True,
) -> dict[str, Any]:
    return {
        "name": name,
        "priority": priority,
        "combines": combines,
        "active": active,
        "conditions": written_conditions(asked or Conditions()),
        "effects": written_effects((effect,)),
    }
