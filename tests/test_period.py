"""Periods are days of the business's zone (CP-2, CP-3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.period import Period, _months_before
from app.transactions.models import Transaction
from tests.customers.looking import looking
from tests.people import Town


def test_a_day_begins_and_ends_at_midnight_of_the_zone(town: Town) -> None:
    """CP-3: also on the days when clocks change."""
    with looking(town, town.anna):
        period = Period.from_args({"from": "2026-03-29", "to": "2026-03-29"})
        bounds = [condition.right.value for condition in period.holds(Transaction.at)]  # type: ignore[attr-defined]
    assert bounds[1] - bounds[0] == timedelta(days=1)
    assert [bound.astimezone(UTC) for bound in bounds] == [
        datetime(2026, 3, 28, 22, tzinfo=UTC),
        datetime(2026, 3, 29, 21, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 11, 25), date(2026, 8, 25)),
        (date(2026, 5, 31), date(2026, 2, 28)),
        (date(2024, 5, 30), date(2024, 2, 29)),
        (date(2026, 3, 31), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2025, 10, 1)),
    ],
)
def test_three_months_before_is_a_day_that_exists(day: date, before: date) -> None:
    assert _months_before(day, 3) == before
