"""Moments and days: UTC in the database, the business's time zone on the screen."""

from __future__ import annotations

from datetime import UTC, date, datetime

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for no moment where a column is sorted: it is smaller than every real one (CT-4)."""
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Later than every moment."""
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2200, 12, 31)
"""That people may say: a moment of the days at either end of the calendar is none in another zone."""


def now() -> datetime:
    return datetime.now(UTC)
