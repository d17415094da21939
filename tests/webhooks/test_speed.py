"""What webhooks cost a bulk credit: with triggers off, with nobody listening, and with an address that listens."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from statistics import median

import psycopg
import pytest

from app.db import references_planned_once
from app.ledger.models import EntryKind
from app.ledger.services.many import Many, credit_many
from tests.factories import add_customer
from tests.people import Shop, Town
from tests.webhooks.receiving import add_endpoint

CHUNK, ROUNDS = 2_000, 9
MOST_SILENT, MOST_HEARD = 1.1, 1.3


@pytest.mark.faults
def test_a_bulk_credit_is_hardly_slower(town: Town, superuser: psycopg.Connection) -> None:
    """PERFORMANCE: on a quiet machine; the movements alone, which of a bulk credit are a part."""
    shop = town.kavalier
    with shop.work():
        customers = [add_customer() for _each in range(CHUNK)]
        endpoint = add_endpoint().id
    took: dict[str, list[float]] = {"off": [], "silent": [], "heard": []}
    credit(shop, customers, "warm")
    try:
        for number in range(ROUNDS):
            for way, seconds in took.items():
                prepare(superuser, way, endpoint)
                seconds.append(credit(shop, customers, f"{way}:{number}"))
    finally:
        prepare(superuser, "silent", endpoint)
    off, silent, heard = (median(seconds) for seconds in took.values())
    sys.stdout.write(
        f"{CHUNK} movements: {off * 1000:.0f} ms with triggers off, {silent / off:.2f} of that with nobody listening,"
        f" {heard / off:.2f} with an address that listens\n"
    )
    assert silent / off < MOST_SILENT
    assert heard / off < MOST_HEARD


def prepare(database: psycopg.Connection, way: str, endpoint: int) -> None:
    verb = "DISABLE" if way == "off" else "ENABLE"
    database.execute(f"ALTER TABLE ledger_entry {verb} TRIGGER tell_balances_changed".encode())
    removed = None if way == "heard" else "now()"
    database.execute(f"UPDATE webhook_endpoint SET removed_at = {removed or 'NULL'} WHERE id = {endpoint}".encode())


def credit(shop: Shop, customers: Sequence[int], key: str) -> float:
    """Seconds that a chunk takes."""
    with shop.work(), references_planned_once():
        began = time.monotonic()
        credit_many(Many(shop.wallet, customers, EntryKind.ADDED, key), 500, [0] * len(customers))
        return time.monotonic() - began
