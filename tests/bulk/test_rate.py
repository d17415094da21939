"""How quick a bulk credit with a message is beside one statement that writes the same rows; what memory it takes."""

from __future__ import annotations

import gc
import os
import resource
import sys
import time

import psycopg
import pytest
from sqlalchemy import text

from app.bulk.models import Batch, BatchState
from app.bulk.services import steering
from app.bulk.services.acting import acting_for
from app.bulk.services.freezing import freeze
from app.bulk.services.running import work
from app.customers.services.selecting import Selection
from app.db import references_planned_once
from app.extensions import db
from app.lib import dates
from tests.bulk.batches import became, confirm
from tests.bulk.kills import credit, credited, crowd
from tests.people import Town

PART, LEAST_SHARE, MOST_MEMORY = 50_000, 0.6, 200
BY_HAND = """
    WITH asked AS (
        SELECT customer_id, nextval('transaction_id_seq') AS line,
            nextval(pg_get_serial_sequence('ledger_entry', 'id')) AS entry
        FROM batch_item WHERE business_id = :business AND batch_id = :batch ORDER BY customer_id
    ), lines AS (
        INSERT INTO transaction (business_id, id, customer_id, program_id, point_of_sale_id, terminal_id, kind, source,
            status, at, points_earned, user_id)
        SELECT :business, line, customer_id, :program, :place, :terminal, 2, 3, 1, now(), 500, :user FROM asked
    ), entries AS (
        INSERT INTO ledger_entry (business_id, id, customer_id, wallet_id, kind, amount, balance_after, at, key,
            point_of_sale_id, transaction_id, user_id, note)
        SELECT :business, entry, a.customer_id, :wallet, 3, 500, b.amount + 500, now(),
            'batch:' || :batch || ':' || a.customer_id, :place, line, :user, 'Spring'
        FROM asked a JOIN balance b ON b.business_id = :business AND b.wallet_id = :wallet
            AND b.customer_id = a.customer_id
    ), lots AS (
        INSERT INTO lot (business_id, customer_id, wallet_id, entry_id, amount, remaining, expires_at, title)
        SELECT :business, customer_id, :wallet, entry, 500, 500, CAST(:until AS timestamptz), 'Spring' FROM asked
    ), balances AS (
        UPDATE balance b SET amount = b.amount + 500,
            expiring = CASE WHEN b.expiring = 0 THEN 500 ELSE b.expiring END,
            expiring_at = CASE WHEN b.expiring = 0 THEN CAST(:until AS timestamptz) ELSE b.expiring_at END
        FROM asked a WHERE b.business_id = :business AND b.wallet_id = :wallet AND b.customer_id = a.customer_id
    ), messages AS (
        INSERT INTO message (business_id, customer_id, direction, kind, channel, title, text, language, segments,
            status, dedupe_key, program_id, point_of_sale_id, terminal_id, user_id, valid_until, quoted)
        SELECT :business, a.customer_id, 1, 5, 1, '', 'Клуб Kavalier: вам нараховано 5 бонусних балів, баланс '
            || (b.amount + 500) / 100, 'uk', 1, 1, 'batch:' || :batch || ':' || a.customer_id, :program, :place,
            :terminal, :user, now() + interval '3 days', 80
        FROM asked a JOIN balance b ON b.business_id = :business AND b.wallet_id = :wallet
            AND b.customer_id = a.customer_id
        RETURNING id
    ), outgoing AS (
        INSERT INTO message_outbox (business_id, message_id, channel, priority, due_at, smart)
        SELECT :business, id, 1, 2, now(), false FROM messages
    )
    UPDATE batch_item i SET state = 2 FROM asked a
    WHERE i.business_id = :business AND i.batch_id = :batch AND i.customer_id = a.customer_id
"""


@pytest.mark.faults
@pytest.mark.parametrize("customers", [PART, 4 * PART])
def test_it_is_nearly_as_quick_as_one_statement(town: Town, superuser: psycopg.Connection, customers: int) -> None:
    """On a quiet machine; a busy one favours the statement, which is asked once."""
    shop = town.kavalier
    for _part in range(customers // PART):
        crowd(shop, PART)
    with shop.work():
        opened = text(
            "INSERT INTO balance (business_id, wallet_id, customer_id, expiring_at)"
            " SELECT business_id, :wallet, id, :never FROM customer"
        )
        db.session.execute(opened, {"wallet": shop.wallet, "never": dates.NEVER})
        db.session.execute(text("UPDATE customer SET confirmed = true, phone = '+38067' || lpad(id::text, 7, '0')"))
    superuser.execute(b"VACUUM ANALYZE")
    began = time.monotonic()
    drafts = [draft(town) for _each in range(2)]
    say(f"previews: {2 * customers / (time.monotonic() - began):.0f} customers a second")
    superuser.execute(b"VACUUM ANALYZE batch_item")
    theirs = by_hand(town, drafts[0])
    superuser.execute(b"VACUUM ANALYZE")
    confirm(shop, town.anna, drafts[1])
    began = time.monotonic()
    memory = in_a_process(town, drafts[1])
    ours = time.monotonic() - began
    say(f"{customers} customers: by hand {customers / theirs:.0f}, ours {customers / ours:.0f} a second, {memory} MB")
    assert became(shop, drafts[1]) == {"done": customers}
    credited(shop, drafts, customers, 500)
    assert memory < MOST_MEMORY
    assert theirs / ours >= LEAST_SHARE


def draft(town: Town) -> int:
    with town.kavalier.work(town.anna):
        batch: Batch = steering.begin(Selection())
        batch.action, batch.values, batch.state = "credit", credit(town), BatchState.FREEZING
        db.session.flush()
        with acting_for(batch):
            freeze(batch)
        return batch.id


def by_hand(town: Town, number: int) -> float:
    shop, began = town.kavalier, time.monotonic()
    places = {"place": shop.own_place, "terminal": shop.own_terminal, "program": shop.program, "wallet": shop.wallet}
    more = {"business": shop.id, "batch": number, "user": town.anna.id, "until": dates.now().replace(year=2099)}
    with shop.work(), references_planned_once():
        db.session.execute(text("SET LOCAL statement_timeout = 0"))
        db.session.execute(text(BY_HAND), places | more)
    return time.monotonic() - began


def in_a_process(town: Town, number: int) -> int:
    """Works the batch as a worker does; answers with the megabytes that it took at most."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading) as told:
            memory = int(told.read())
        os.waitpid(child, 0)
        return memory
    try:
        gc.collect()
        gc.freeze()
        with town.app.app_context():
            db.engine.dispose(close=False)
            while work(town.kavalier.id, number, lambda: False):
                pass
        os.write(writing, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024).encode())
    finally:
        os._exit(0)


def say(words: str) -> None:
    sys.__stderr__.write(f"{words}\n")
