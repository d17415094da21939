"""What is asked of an import of a moment ago is found row by row, though the planner knows nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from app.customers.details import Details
from app.customers.services.creating import create_customer
from app.extensions import db
from app.imports import queries
from tests.imports.files import bring, csv_bytes, phones, send, take_back, write
from tests.people import Shop, Town


@contextmanager
def plans_of(shop: Shop, words: str) -> Iterator[list[str]]:
    """The plans of statements that hold these words, as each is about to be asked."""
    plans: list[str] = []

    def plan(_connection: Any, cursor: psycopg.Cursor, statement: str, values: Any, *_more: Any) -> None:
        if words in statement:
            with cursor.connection.cursor() as other:
                plans.append("\n".join(line for (line,) in other.execute(f"EXPLAIN {statement}", values)))

    with shop.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", plan)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", plan)


def test_rows_are_found_by_their_customers(town: Town) -> None:
    """All rows were read for each of them: 20,000 took a minute and a half."""
    content = csv_bytes(*[[each, "Olena"] for each in phones(4_000)])
    with plans_of(town.kavalier, "WITH asked AS MATERIALIZED") as plans:
        send(town.kavalier, town.anna, content)
    assert len(plans) == 1
    assert "state_number_idx on import_row r" not in plans[0]


def test_what_was_is_kept_without_reading_all_items(town: Town) -> None:
    """All items met all rows of a chunk: 10,000 known customers took a minute, and chunks were given up."""
    shop = town.kavalier
    bring(shop, town.anna, csv_bytes(*[[each, "Olena"] for each in phones(600)]))
    number = send(shop, town.anna, csv_bytes(*[[each, "Olha"] for each in phones(600)]))
    with plans_of(shop, "jsonb_strip_nulls") as plans:
        write(shop, town.anna, number)
    assert plans
    for all_of_them in ("Join Filter: (i.customer_id = r.customer_id)", "Anti Join", "Hash Cond: (a.field_id"):
        assert not [each for each in plans if all_of_them in each]


def test_refused_rows_are_found_by_indexes(
    town: Town, monkeypatch: pytest.MonkeyPatch, superuser: psycopg.Connection
) -> None:
    """A page of them read all rows of the import, and a page of one reason all that were refused."""
    shop = town.kavalier
    broken = [["12"], ["+380501112233", "", "", "olena@"]] * 100
    number = send(shop, town.anna, csv_bytes(*[[each, "Olena"] for each in phones(3_000)], *broken))
    with shop.work(town.anna):
        create_customer(Details(phone="+380500000007"), None)
        create_customer(Details(phone="+380500002999"), None)
    write(shop, town.anna, number)
    superuser.execute("ANALYZE import_row")
    for few in (queries.FEW, 1):
        monkeypatch.setattr(queries, "FEW", few)
        with plans_of(shop, "import_row") as plans, shop.work(town.anna):
            refused = [each.row.number for each in queries.refused_page(number)]
            of_one = [each.row.number for each in queries.refused_page(number, reason="email")]
            taken = [(each.row.number, each.later) for each in queries.refused_page(number, reason="taken_phone")]
        assert refused == [8, *range(3_000, 3_050)]
        assert of_one == list(range(3_002, 3_103, 2))
        assert taken == [(8, "taken_phone"), (3_000, "taken_phone")]
        # Through so few rows as here a walk may go in any way.
        if few > 1:
            assert not [each for each in plans if "Seq Scan on import_row" in each or "Seq Scan on batch_item" in each]
            assert [each for each in plans if "import_row_reason_idx" in each]


def test_known_customers_are_found_by_their_keys(town: Town, superuser: psycopg.Connection) -> None:
    """All customers of the business were read for each row of a file."""
    shop = town.kavalier
    bring(shop, town.anna, csv_bytes(*[[each, "Olena"] for each in phones(600)]))
    superuser.execute("ANALYZE customer")
    with plans_of(shop, "WITH met AS MATERIALIZED") as plans:
        send(shop, town.anna, csv_bytes(*[[each, "Olha"] for each in phones(600)]))
    assert len(plans) == 1
    assert "AND (id = CASE WHEN (p.id IS NULL)" in plans[0]
    assert "state_number_idx on import_row i" not in plans[0]
    assert "hashed SubPlan" not in plans[0]


def test_points_given_before_are_found_by_their_customers(town: Town) -> None:
    """All that imports ever brought was read for each row with points to begin with."""
    shop = town.kavalier
    content = csv_bytes(*[[each, "Olena", "", "", "", "10"] for each in phones(300)])
    bring(shop, town.anna, content)
    with plans_of(shop, "WITH met AS MATERIALIZED") as plans:
        send(shop, town.anna, content)
    assert "'import:'" in plans[0]
    assert "(key >= 'import:'" not in plans[0]
    with plans_of(shop, "r.points > 0") as plans:
        bring(shop, town.anna, csv_bytes(*[[each, "Olha", "", "", "", "10"] for each in phones(300)]))
    assert plans
    assert not [each for each in plans if "(key >= 'import:'" in each]


def test_what_stays_of_an_undone_import_is_noted_by_keys(town: Town) -> None:
    """All items, and all entries that were ever taken back, were read for each: 8,000 took half a minute."""
    shop = town.kavalier
    bring(shop, town.anna, csv_bytes(*[[each, "Olena"] for each in phones(600)]))
    number = bring(shop, town.anna, csv_bytes(*[[each, "Olha", "", "", "", "10"] for each in phones(600)]))
    with plans_of(shop, "left_over AS") as plans:
        take_back(shop, town.anna, number)
    assert plans
    for plan in plans:
        assert not [line for line in plan.splitlines() if "Cond:" in line and "= v.reverses_id" in line]
        of_items = next(line for line in plan.splitlines() if "Index Cond:" in line and "batch_id = " in line)
        assert "customer_id = " in of_items


def test_an_undoing_is_frozen_by_keys(town: Town) -> None:
    """BA-14: all items were met with all right after they were done: 8,000 took a minute and a half."""
    shop = town.kavalier
    number = bring(shop, town.anna, csv_bytes(*[[each, "Olena"] for each in phones(300)]))
    with plans_of(shop, "WITH asked AS MATERIALIZED") as plans:
        take_back(shop, town.anna, number)
    conditions = [line for line in plans[0].splitlines() if "Index Cond:" in line and "batch_id = " in line]
    assert [line for line in conditions if "customer_id = a.customer_id" in line], plans[0]
