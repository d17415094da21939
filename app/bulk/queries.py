"""Batches as pages and jobs ask for them."""

from __future__ import annotations

from sqlalchemy import text

from app.db import autocommit_engine
from app.lib import dates


def due_batches() -> list[tuple[int, int]]:
    """Business and id of what waits for a worker, in every business; outside of any scope."""
    with autocommit_engine().connect() as connection:
        rows = connection.execute(text("SELECT * FROM due_batches(:moment)"), {"moment": dates.now()})
        return [(row.business_id, row.batch_id) for row in rows]
