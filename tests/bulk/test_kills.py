"""Whatever dies meanwhile, each customer gets it exactly once (BA-13, RELIABILITY: the fault tests)."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time

import psycopg
import pytest
from sqlalchemy import select

from app.bulk.models import Batch, BatchItem, BatchState
from app.bulk.services import running, steering
from app.bulk.services.chunks import Chunk, do_chunk
from app.bulk.services.locking import held_batch
from app.extensions import db
from tests.bulk.batches import became, confirm, preview, run, state, tallied
from tests.bulk.kills import credit, credited, crowd, fork, slowed, work_through_kills
from tests.people import Town


@pytest.mark.parametrize(
    ("customers", "kills", "seed"),
    [
        (1_500, 8, 1),
        pytest.param(10_000, 60, 2, marks=pytest.mark.long),
        pytest.param(40_000, 200, 3, marks=pytest.mark.faults),
    ],
)
def test_workers_are_killed(town: Town, superuser: psycopg.Connection, customers: int, kills: int, seed: int) -> None:
    """BA-13: two overlapping batches at once, two workers on each; lost 0, doubled 0, drift 0."""
    shop = town.kavalier
    people = crowd(shop, customers)
    batches = [preview(shop, town.anna, "credit", credit(town), people) for _each in range(2)]
    for each in batches:
        confirm(shop, town.anna, each)
    with slowed(superuser, 0.1):
        killed = work_through_kills(shop, batches, kills, seed)
    assert killed >= kills / 2
    for each in batches:
        assert became(shop, each) == tallied(shop, each) == {"done": customers}
    credited(shop, batches, customers, 500)


@pytest.mark.parametrize("times", [5, pytest.param(50, marks=pytest.mark.faults)])
def test_connections_are_cut(town: Town, superuser: psycopg.Connection, times: int) -> None:
    """BA-13: in the middle of a statement or of a commit; the worker goes on with another."""
    shop, chance = town.kavalier, random.Random(5)
    people = crowd(shop, 400 * times)
    number = preview(shop, town.anna, "credit", credit(town), people)
    confirm(shop, town.anna, number)
    cut = 0
    with slowed(superuser, 0.1):
        while state(shop, number) is not BatchState.DONE:
            child = fork(shop, number)
            while cut < times and os.waitpid(child, os.WNOHANG) == (0, 0):
                time.sleep(chance.uniform(0.05, 0.4))
                cut += len(superuser.execute(CUT).fetchall())
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)
            with shop.app.app_context():
                db.engine.dispose()
    assert cut >= times
    credited(shop, [number], len(people), 500)


CUT = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'regulars_app' AND state <> 'idle'"


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.faults)])
def test_sigterm_lets_a_chunk_be_finished(town: Town, superuser: psycopg.Connection, times: int) -> None:
    """RELIABILITY: bulk work, 7."""
    shop = town.kavalier
    people = crowd(shop, 400 * times)
    number = preview(shop, town.anna, "credit", credit(town), people)
    confirm(shop, town.anna, number)
    with slowed(superuser, 0.1):
        work_through_kills(shop, [number], times, 4, workers=1, signals=[signal.SIGTERM])
    credited(shop, [number], len(people), 500)
    with shop.work():
        assert db.session.get_one(Batch, (shop.id, number)).strikes == 0


def test_a_chunk_that_was_done_does_nothing_again(town: Town) -> None:
    """RELIABILITY: bulk work, 9: a commit whose answer was lost; even with the items as they were the keys decide."""
    shop = town.kavalier
    people = crowd(shop, 300)
    number = preview(shop, town.anna, "credit", credit(town), people)
    confirm(shop, town.anna, number)
    run(shop, number)
    with shop.work():
        db.session.execute(db.text("UPDATE batch_item SET state = 1"))
        db.session.execute(db.text("UPDATE batch SET state = 6"))
    run(shop, number)
    credited(shop, [number], 300, 500)


def test_a_poisonous_customer_fails_alone(town: Town, superuser: psycopg.Connection) -> None:
    """RELIABILITY: bulk work, 6: the rest goes on, and it is told."""
    shop = town.kavalier
    people = crowd(shop, 500)
    number = preview(shop, town.anna, "credit", credit(town), people)
    confirm(shop, town.anna, number)
    poison = people[300]
    superuser.execute(
        f"CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.customer_id = {poison} THEN"
        " RAISE 'poison'; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER poison BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION poison()".encode()
    )
    try:
        run(shop, number)
    finally:
        superuser.execute(b"DROP FUNCTION poison CASCADE")
    assert became(shop, number) == tallied(shop, number) == {"done": 499, "failed": 1}
    with shop.work():
        failed = db.session.scalars(select(BatchItem).where(BatchItem.reason == "failed")).one()
        assert (failed.customer_id, failed.strikes) == (poison, 12)


def test_cancel_stops_within_three_seconds(town: Town, superuser: psycopg.Connection) -> None:
    """BA-12: what is done stays, and nothing is done after it."""
    shop = town.kavalier
    people = crowd(shop, 3_000)
    number = preview(shop, town.anna, "credit", credit(town), people)
    confirm(shop, town.anna, number)
    began: list[float] = []

    def cancelled() -> bool:
        if not began and became(shop, number).get("done"):
            with shop.work(town.anna):
                steering.cancel(held_batch(number))
            began.append(time.monotonic())
        return False

    with slowed(superuser, 0.3), shop.app.app_context():
        running.work(shop.id, number, cancelled)
    assert time.monotonic() - began[0] < 3
    told = became(shop, number)
    assert 0 < told["done"] < 3_000
    with shop.app.app_context():
        assert do_chunk(town.anna.scope, Chunk(number, 200, 0)) == 0
    assert became(shop, number) == told
