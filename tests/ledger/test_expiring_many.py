"""A night's expiry: very many lots in chunks, killed in between, and it goes on (RELIABILITY: money and points)."""

from __future__ import annotations

import contextlib
import random
import sys
import time

import pytest
from sqlalchemy import func, select, text

from app.db import references_planned_once
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry, EntryKind, Lot
from app.ledger.services import expire_lots
from app.lib import dates
from tests.people import Shop, Town

LEAST_RATE = 1_000_000 / (8 * 3600)
"""Lots a second: a million of them in one night."""

# Of five lots of 10 of each customer four are past their date, a day apart, and one is not.
_FILL = """
    WITH customers AS (
        INSERT INTO customer (business_id, first_name, last_name, first_name_key, last_name_key, name_key, phone,
            email, registered_at)
        SELECT :business, 'C', '', 'c', '', 'c', '', '', :now FROM generate_series(1, :customers) RETURNING id
    ), lots AS (
        SELECT id AS customer_id, number, nextval(pg_get_serial_sequence('ledger_entry', 'id')) AS entry_id
        FROM (SELECT id, number FROM customers, generate_series(1, 5) number ORDER BY id, number) ordered
    ), entries AS (
        INSERT INTO ledger_entry (business_id, id, customer_id, wallet_id, kind, amount, balance_after, at, key)
        SELECT :business, entry_id, customer_id, :wallet, 3, 10, 10 * number, :now, 'fill:' || entry_id FROM lots
    ), made AS (
        INSERT INTO lot (business_id, customer_id, wallet_id, entry_id, amount, remaining, expires_at)
        SELECT :business, customer_id, :wallet, entry_id, 10, 10,
            CAST(:now AS timestamptz) + (number - 4) * interval '1 day' - interval '1 second'
        FROM lots
    )
    INSERT INTO balance (business_id, wallet_id, customer_id, amount, expiring_at, expiring)
    SELECT :business, :wallet, id, 50, CAST(:now AS timestamptz) - interval '3 days 1 second', 10 FROM customers
"""


class KilledError(Exception):
    """The worker is gone in the middle of its unit of work."""


@pytest.mark.parametrize(
    "customers", [pytest.param(25_000, marks=pytest.mark.long), pytest.param(250_000, marks=pytest.mark.faults)]
)
def test_many_lots_expire_in_chunks_whatever_is_killed(town: Town, customers: int) -> None:
    """100,000 of them, and a million."""
    shop, chance, due = town.kavalier, random.Random(1), 4 * customers
    values = {"business": shop.id, "wallet": shop.wallet, "customers": 25_000, "now": dates.now()}
    for _part in range(customers // 25_000):
        with shop.work(), references_planned_once():
            db.session.execute(text(_FILL), values)
    gone, began = 0, time.monotonic()
    while chunk := expire_a_chunk(shop, killed=chance.random() < 0.3):
        gone += max(chunk, 0)
    rate = due / (time.monotonic() - began)
    assert gone == due
    with shop.work():
        assert faults() == []
        held = select(func.count(), func.min(Balance.amount), func.max(Balance.amount)).where(Balance.amount > 0)
        assert tuple(db.session.execute(held).one()) == (customers, 10, 10)
        assert db.session.scalar(select(func.count()).where(Entry.kind == EntryKind.EXPIRED)) == due
        assert db.session.scalar(select(func.count()).where(Lot.remaining > 0)) == customers
    sys.stdout.write(f"{rate:.0f} lots a second\n")
    assert rate > LEAST_RATE


def expire_a_chunk(shop: Shop, *, killed: bool) -> int:
    """Answers with how many went; -1 when it was killed before it could commit."""
    with contextlib.suppress(KilledError), shop.work():
        chunk = expire_lots()
        if killed and chunk:
            raise KilledError
        return chunk
    return -1
