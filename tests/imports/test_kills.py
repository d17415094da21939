"""Whatever dies meanwhile, each row is read once and written once (IM-2, RELIABILITY: bulk work)."""

from __future__ import annotations

import os
import random
import signal
import time

import psycopg
import pytest
from sqlalchemy import func, select

from app.bulk.models import BatchState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.customers import stats
from app.customers.models import Card, Customer
from app.extensions import db
from app.imports.models import ImportState
from app.imports.queries import held_import
from app.imports.services import reading, uploading
from app.ledger.check import faults
from app.ledger.models import Balance
from app.permissions import Role
from jobs.imports import read_import
from tests.bulk.batches import became, run, state, tallied
from tests.bulk.kills import work_through_kills
from tests.imports.files import counts, csv_bytes, customers, job_of, phones, send, take_back
from tests.people import Shop, Town

# Reads and writes take longer, so that kills hit them in their middle.
SLOW = b"""
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_sleep(random() * 0.15 * least(1, (SELECT count(*) FROM wide) / 100.0)); RETURN NULL;
    END $$;
    CREATE TRIGGER dawdle AFTER INSERT ON import_row REFERENCING NEW TABLE AS wide
        FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
    CREATE TRIGGER dawdle AFTER INSERT ON customer REFERENCING NEW TABLE AS wide
        FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
    CREATE TRIGGER dawdle AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS wide
        FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
"""


@pytest.fixture
def slowed(superuser: psycopg.Connection) -> object:
    superuser.execute(SLOW)
    yield
    superuser.execute(b"DROP FUNCTION dawdle CASCADE")


def crowd(number: int) -> bytes:
    """New customers, each with a card and points."""
    return csv_bytes(*[[each, "Olena", "Koval", "", each[-7:], "5"] for each in phones(number)])


@pytest.mark.parametrize(
    ("rows", "kills", "seed"),
    [
        (1_500, 8, 1),
        pytest.param(20_000, 60, 2, marks=pytest.mark.long),
        pytest.param(50_000, 200, 3, marks=pytest.mark.faults),
    ],
)
def test_workers_are_killed(
    town: Town, slowed: object, monkeypatch: pytest.MonkeyPatch, rows: int, kills: int, seed: int
) -> None:
    """IM-2, BA-13: while they read, while they write, while they take back; lost 0, doubled 0, drift 0."""
    shop = town.kavalier
    monkeypatch.setattr(reading, "CHUNK", 100)
    with shop.work(town.anna):
        job = uploading.begin(crowd(rows), "c.csv")
        uploading.check(job, job.mapping, shop.program)
        number = job.id
    read_through_kills(shop, number, kills, seed)
    assert counts(shop, number) == {"new": rows}
    run(shop, job_of(shop, number).batch_id or 0)  # So many are frozen by a job.
    with shop.work(town.anna):
        batch = uploading.confirm(held_import(number), Role.ADMIN).id
    assert work_through_kills(shop, [batch], kills, seed) >= kills / 2
    assert became(shop, batch) == tallied(shop, batch) == {"done": rows}
    written(shop, rows)
    undone = take_back(shop, town.anna, number)
    assert became(shop, undone) == {"done": rows}
    written(shop, 0)


def written(shop: Shop, rows: int) -> None:
    """Each customer once, with one card and its points."""
    with shop.work():
        shown = Customer.erased_at.is_(None)
        assert db.session.scalar(select(func.count()).where(shown)) == rows
        assert db.session.scalar(select(func.count(Customer.phone.distinct())).where(shown)) == rows
        assert db.session.scalar(select(func.count()).select_from(Card)) == rows
        assert (db.session.scalar(select(func.sum(Balance.amount))) or 0) == rows * 500
        assert faults() == []
        assert stats.differences().number == 0


def read_through_kills(shop: Shop, number: int, kills: int, seed: int) -> None:
    """Two workers at a time, killed again and again."""
    chance, killed = random.Random(seed), 0
    while job_of(shop, number).state is ImportState.READING:
        children = [fork(shop, number) for _each in range(2)]
        if killed < kills:
            time.sleep(chance.uniform(0.02, 0.4))
            for each in children:
                os.kill(each, signal.SIGKILL)
        killed += sum(bool(os.waitpid(each, 0)[1]) for each in children)
    assert killed >= kills / 2


def fork(shop: Shop, number: int) -> int:
    child = os.fork()
    if child:
        return child
    try:
        with shop.app.app_context():
            db.engine.dispose(close=False)
            read_import(shop.id, number)
    finally:
        os._exit(0)


def test_a_chunk_whose_commit_was_lost_does_nothing_again(town: Town) -> None:
    """RELIABILITY: bulk work, 9."""
    shop = town.kavalier
    number = send(shop, town.anna, crowd(300))
    with shop.work(town.anna):
        batch = uploading.confirm(held_import(number), Role.ADMIN).id
    run(shop, batch)
    with shop.work():
        db.session.execute(db.text("UPDATE batch_item SET state = 1"))
        db.session.execute(db.text("UPDATE batch SET state = 6"))
    run(shop, batch)
    assert became(shop, batch) == {"there": 300}
    written(shop, 300)


def test_two_files_of_the_same_people_at_once(town: Town, slowed: object) -> None:
    """IM-2: both were checked before either was written; each customer comes once."""
    shop = town.kavalier
    batches = []
    for _each in range(2):
        number = send(shop, town.anna, crowd(400))
        with shop.work(town.anna):
            batches.append(uploading.confirm(held_import(number), Role.ADMIN).id)
    work_through_kills(shop, batches, 0, 1)
    told = [became(shop, each) for each in batches]
    assert sum(each.get("done", 0) for each in told) == 400
    assert sum(each.get("taken_phone", 0) for each in told) == 400
    written(shop, 400)


def test_it_can_be_paused_continued_and_cancelled(town: Town) -> None:
    """IM-2, BA-12."""
    shop = town.kavalier
    number = send(shop, town.anna, crowd(300))
    with shop.work(town.anna):
        batch = uploading.confirm(held_import(number), Role.ADMIN).id
        steering.pause(held_batch(batch))
    run(shop, batch)
    assert state(shop, batch) is BatchState.PAUSED
    assert customers(shop) == []
    with shop.work(town.anna):
        steering.go_on(held_batch(batch))
    run(shop, batch)
    assert state(shop, batch) is BatchState.DONE
    second = send(shop, town.anna, csv_bytes(["+380671112233"]))
    with shop.work(town.anna):
        batch = uploading.confirm(held_import(second), Role.ADMIN).id
        steering.cancel(held_batch(batch))
    run(shop, batch)
    assert state(shop, batch) is BatchState.CANCELLED
    assert len(customers(shop)) == 300


def test_a_poisonous_row_fails_alone(town: Town, superuser: psycopg.Connection) -> None:
    """RELIABILITY: bulk work, 6."""
    shop = town.kavalier
    number = send(shop, town.anna, crowd(250))
    superuser.execute(
        b"CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        b" IF NEW.phone = '+380500000123' THEN RAISE 'poison'; END IF; RETURN NEW; END $$;"
        b"CREATE TRIGGER poison BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION poison()"
    )
    try:
        with shop.work(town.anna):
            batch = uploading.confirm(held_import(number), Role.ADMIN).id
        run(shop, batch)
    finally:
        superuser.execute(b"DROP FUNCTION poison CASCADE")
    assert became(shop, batch) == tallied(shop, batch) == {"done": 249, "failed": 1}
    written(shop, 249)
