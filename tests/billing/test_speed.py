"""A month with 1,000,000 charges: its page, its lists and their last pages open as those of a quiet month do (BI-1)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql

from app.billing.check import faults
from app.billing.services import Prices, add_up, set_tariff
from tests.browsing import text_of
from tests.factories import add_customer, add_sale
from tests.people import Town

CHARGES = 1_000_000
MOST = 0.5
"""Seconds that a page takes on a machine on which much else runs; a quiet one needs a tenth."""
# Sales of March, one in about three seconds; the price changes in the middle.
FILL = """
    INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate)
    SELECT {business}, 1, 10000000 + number, at, (at AT TIME ZONE 'Europe/Kyiv')::date, 1,
        CASE WHEN number <= {charges} / 2 THEN -12 ELSE -15 END
    FROM (SELECT number, timestamptz '2026-03-01 00:00 Europe/Kyiv' + number * interval '30 days' / {charges} AS at
        FROM generate_series(1, {charges}) number) sold
"""
TOTALS = """
    INSERT INTO charge_total (business_id, day, kind, rate, quantity)
    SELECT business_id, day, kind, rate, count(*) FROM charge WHERE business_id = {business} AND subject > 10000000
    GROUP BY business_id, day, kind, rate
"""


@pytest.fixture
def crowded(town: Town, superuser: psycopg.Connection) -> Iterator[Town]:
    names = {"business": sql.Literal(town.kavalier.id), "charges": sql.Literal(CHARGES)}
    with town.kavalier.work():
        set_tariff(Prices(0, 12, 79, 45))
        add_sale(add_customer(), town.kavalier.own_terminal, 500)
        add_up()
    superuser.execute("SET session_replication_role = replica")
    for statement in (FILL, TOTALS):
        superuser.execute(sql.SQL(statement).format(**names))  # type: ignore[arg-type]
    superuser.execute("SET session_replication_role = origin")
    superuser.execute("ANALYZE charge, charge_total")
    yield town
    superuser.execute("SET session_replication_role = replica")
    for table in ("charge", "charge_total"):
        superuser.execute(f"DELETE FROM {table} WHERE business_id = {town.kavalier.id}".encode())


@pytest.mark.long
def test_a_month_of_a_million_charges_opens_at_once(crowded: Town) -> None:
    """BI-1: whatever is asked of it."""
    vera = crowded.browser(crowded.vera)
    month = "from=2026-03-01&to=2026-03-31"
    _opens(vera, "/billing?month=2026-03", "500,000")
    _opens(vera, "/billing/charges?" + month, "1,000,000")
    _opens(vera, f"/billing/charges?{month}&price=15", "500,000")
    _opens(vera, "/billing/charges?from=2026-03-10&to=2026-03-10&price=12", "Quantity")
    _opens(vera, f"/billing/charges?{month}&price=12&before=10000001", "Quantity")
    _opens(vera, f"/billing/charges?{month}&after=10500000", "Quantity")
    _opens(vera, "/billing/month.csv?month=2026-03", "")


def _opens(browser: FlaskClient, address: str, words: str) -> None:
    browser.get(address)
    began = time.monotonic()
    response = browser.get(address)
    seconds = time.monotonic() - began
    sys.stdout.write(f"{seconds * 1000:.0f} ms: {address}\n")
    assert response.status_code == 200
    assert words in text_of(response) if words else response.data
    assert seconds < MOST


@pytest.mark.long
def test_the_proof_finds_nothing_wrong_in_what_was_made(crowded: Town) -> None:
    """What is measured is what would be there: the totals agree."""
    with crowded.kavalier.work():
        assert [each.rule for each in faults()] == ["each sale charged once"]
