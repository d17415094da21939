"""Workers as RQ forks them, killed at any moment, over a database that is slowed down so that there are many."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from sqlalchemy import func, insert, select

from app.bulk.models import BatchState
from app.customers.models import Customer
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry
from app.lib import dates
from jobs import stopping
from jobs.bulk import work_batch
from tests.bulk.batches import state
from tests.people import Shop, Town

# As long as the statement is wide, so that what is alone is as quick as it is without this: kills are to hit chunks.
SLOW = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_sleep(random() * {seconds} * least(1, (SELECT count(*) FROM wide) / 200.0)); RETURN NULL;
    END $$;
    CREATE TRIGGER dawdle AFTER UPDATE ON batch_item REFERENCING NEW TABLE AS wide
        FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
    CREATE TRIGGER dawdle AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS wide
        FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
    CREATE TRIGGER dawdle AFTER INSERT ON transaction REFERENCING NEW TABLE AS wide
        FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
"""
ENDED = (BatchState.DONE, BatchState.UNDONE, BatchState.CANCELLED)


@contextmanager
def slowed(superuser: psycopg.Connection, seconds: float) -> Iterator[None]:
    """Has each chunk take longer in several places, at random, while it is in its transaction."""
    superuser.execute(SLOW.format(seconds=seconds).encode())
    try:
        yield
    finally:
        superuser.execute(b"DROP FUNCTION dawdle CASCADE")


def crowd(shop: Shop, number: int) -> list[int]:
    """Many customers of the business, enrolled in its program, without a balance yet."""
    values = {"business": shop.id, "program": shop.program, "number": number, "never": dates.NEVER}
    with shop.work():
        rows = [{"business_id": shop.id, "registered_at": dates.now()} for _each in range(number)]
        db.session.execute(insert(Customer), rows)
        db.session.execute(db.text(ENROL), values)
        return list(db.session.scalars(select(Customer.id).order_by(Customer.id)))


ENROL = """
    WITH listed AS (
        INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
        SELECT :business, s.id, c.id, :never, :never FROM customer c JOIN stats_scope s USING (business_id)
        WHERE c.business_id = :business AND num_nulls(s.franchisee_id, s.point_of_sale_id, s.terminal_id) = 3
            AND (s.program_id IS NULL OR s.program_id = :program)
        ON CONFLICT DO NOTHING
    )
    INSERT INTO enrolment (business_id, program_id, customer_id, category_id, access)
    SELECT :business, :program, c.id, (SELECT id FROM category WHERE program_id = :program AND is_default), 1
    FROM customer c WHERE c.business_id = :business ON CONFLICT DO NOTHING
"""


def fork(shop: Shop, number: int) -> int:
    """A worker of its own process, in the middle of the batch; answers with its id."""
    child = os.fork()
    if child:
        return child
    try:
        signal.signal(signal.SIGTERM, lambda *_: stopping.set())  # as its worker tells it
        with shop.app.app_context():
            db.engine.dispose(close=False)
            work_batch(shop.id, number)
    finally:
        os._exit(0)


def work_through_kills(
    shop: Shop, batches: Sequence[int], kills: int, seed: int, *, workers: int = 2, signals: Sequence[int] = ()
) -> int:
    """Has workers work batches and kills them until all are done; answers with how many were killed at work."""
    chance, killed = random.Random(seed), 0
    while any(state(shop, each) not in ENDED for each in batches):
        children = [fork(shop, each) for each in batches for _each in range(workers)]
        if killed < kills:
            time.sleep(chance.uniform(0.02, 0.4))
            number = chance.choice(signals or (signal.SIGKILL,))
            for each in children:
                os.kill(each, number)
        killed += sum(bool(os.waitpid(each, 0)[1]) or number_is_gentle(signals) for each in children)
    return killed


def number_is_gentle(signals: Sequence[int]) -> bool:
    return signal.SIGTERM in signals


def credited(shop: Shop, batches: Sequence[int], customers: int, amount: int) -> None:
    """Each customer got it from each batch once: nothing lost, nothing doubled, nothing adrift."""
    with shop.work():
        assert faults() == []
        entries = select(func.count(), func.sum(Entry.amount)).where(Entry.key.like("batch:%"))
        assert tuple(db.session.execute(entries).one()) == (customers * len(batches), customers * amount * len(batches))
        held = select(func.count(), func.min(Balance.amount), func.max(Balance.amount))
        found = db.session.execute(held.where(Balance.wallet_id == shop.wallet, Balance.amount > 0)).one()
        assert tuple(found) == (customers, amount * len(batches), amount * len(batches))


def credit(town: Town, amount: int = 500) -> dict[str, object]:
    """The form of a credit of points."""
    shop = town.kavalier
    place = {"program": shop.program, "terminal": shop.own_terminal, "note": "Spring"}
    return {**place, "amount": amount, "special": True, "valid_days": 30}
