"""What is asked of an import of a moment ago is found row by row, though the planner knows nothing of it."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import event

from app.extensions import db
from tests.imports.files import csv_bytes, phones, send
from tests.people import Town

FROZEN = "WITH asked AS MATERIALIZED"


def test_rows_are_found_by_their_customers(town: Town) -> None:
    """All rows were read for each of them: 20,000 took a minute and a half."""
    shop, plans = town.kavalier, []

    def plan(_connection: Any, cursor: psycopg.Cursor, statement: str, values: Any, *_more: Any) -> None:
        if statement.startswith(FROZEN):
            with cursor.connection.cursor() as other:
                plans.append("\n".join(line for (line,) in other.execute(f"EXPLAIN {statement}", values)))  # type: ignore[arg-type]

    with shop.app.app_context():
        event.listen(db.engine, "before_cursor_execute", plan)
        engine = db.engine
    try:
        send(shop, town.anna, csv_bytes(*[[each, "Olena"] for each in phones(4_000)]))
    finally:
        event.remove(engine, "before_cursor_execute", plan)
    (found,) = plans
    assert "state_number_idx on import_row r" not in found
