"""Moments and days: UTC in the database, the business's time zone on the screen."""

from __future__ import annotations

from datetime import UTC, datetime

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for no moment where a column is sorted: it is smaller than every real one (CT-4)."""
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Later than every moment."""


def now() -> datetime:
    return datetime.now(UTC)
