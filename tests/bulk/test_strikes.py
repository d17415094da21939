"""Who is given up, and who only waits: errors of a customer's own, deaths, locks (RELIABILITY: bulk work, 6)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.errors import AdminShutdown, CheckViolation, DiskFull
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.bulk.models import Batch, BatchItem, BatchState
from app.bulk.services import running
from app.bulk.services.chunks import MOST_STRIKES, Chunk
from app.bulk.services.locking import share
from app.extensions import db
from app.scope import Scope
from tests.bulk.batches import became, confirm, preview, run, state
from tests.bulk.kills import credit, crowd
from tests.people import Shop, Town


class Death(BaseException):
    """What no handler catches, as a kill."""


def alone(town: Town, customers: int) -> int:
    """A batch whose customers are done one by one, as after many strikes; answers with its id."""
    shop = town.kavalier
    number = preview(shop, town.anna, "credit", credit(town), crowd(shop, customers))
    confirm(shop, town.anna, number)
    with shop.work():
        db.session.execute(db.text("UPDATE batch SET chunk = 1"))
    return number


def struck(shop: Shop) -> list[int]:
    with shop.work():
        return list(db.session.scalars(select(BatchItem.strikes).order_by(BatchItem.strikes.desc())))


def let_wait(shop: Shop) -> None:
    """Half a minute passes."""
    with shop.work():
        db.session.execute(db.text("UPDATE batch_item SET tried_at = tried_at - interval '30 s'"))


def failing(error: BaseException) -> Callable[[Scope, Chunk], int]:
    def fail(_scope: Scope, _chunk: Chunk) -> int:
        raise error

    return fail


def work_once(shop: Shop, number: int) -> None:
    with shop.app.app_context(), contextlib.suppress(Death):
        running.work(shop.id, number, lambda: False)


def lost_connection() -> DBAPIError:
    return DBAPIError("SELECT 1", {}, psycopg.OperationalError("the connection is lost"))


def test_nobody_is_given_up_for_deaths_that_come_thick(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """BA-13: each death has its customer wait, and another comes; later all are done."""
    shop = town.kavalier
    number = alone(town, 3)
    with monkeypatch.context() as patched:
        patched.setattr(running, "do_chunk", failing(Death()))
        for _kill in range(40):
            work_once(shop, number)
    assert 1 <= max(struck(shop)) < MOST_STRIKES / 2
    assert state(shop, number) is BatchState.RUNNING
    let_wait(shop)
    run(shop, number)
    assert became(shop, number) == {"done": 3}


def test_many_at_work_are_no_strikes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """RELIABILITY: bulk work, 6: a strike is taken back with the chunk; until then others' chunks stay as large."""
    shop = town.kavalier
    number = preview(shop, town.anna, "credit", credit(town), crowd(shop, 3))
    confirm(shop, town.anna, number)
    monkeypatch.setattr(running, "do_chunk", failing(Death()))
    for _worker in range(5):
        with ThreadPoolExecutor(1) as pool, shop.work():
            share(number)
            pool.submit(work_once, shop, number).result()
    assert chunk_of(shop) == 200
    work_once(shop, number)
    assert chunk_of(shop) == 20


def chunk_of(shop: Shop) -> int | None:
    with shop.work():
        return db.session.scalar(select(Batch.chunk))


def test_a_batch_does_not_spin_while_its_last_customers_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweeper looks again; a job that waked the next would find nobody either."""
    shop = town.kavalier
    number = alone(town, 1)
    with monkeypatch.context() as patched:
        patched.setattr(running, "do_chunk", failing(Death()))
        work_once(shop, number)
    with shop.app.app_context():
        assert running.work(shop.id, number, lambda: False) is False


def test_who_kills_every_time_for_minutes_is_given_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest goes on."""
    shop = town.kavalier
    number = alone(town, 2)
    with shop.work():
        poison = db.session.scalars(select(BatchItem.customer_id).order_by(BatchItem.customer_id)).first()
    really = running.do_chunk

    def kill(scope: Scope, chunk: Chunk) -> int:
        if chunk.single == poison:
            raise Death
        return really(scope, chunk)

    with monkeypatch.context() as patched:
        patched.setattr(running, "do_chunk", kill)
        for _try in range(MOST_STRIKES + 1):
            work_once(shop, number)
            let_wait(shop)
    run(shop, number)
    assert became(shop, number) == {"done": 1, "failed": 1}


@pytest.mark.parametrize(
    ("error", "strikes"),
    [
        (lost_connection(), 1),
        (DBAPIError("SELECT 1", {}, AdminShutdown("going down")), 1),
        (DBAPIError("SELECT 1", {}, DiskFull("full")), 1),
        (DBAPIError("SELECT 1", {}, CheckViolation("below zero")), 4),
        (ValueError("of this customer alone"), 4),
    ],
)
def test_what_an_error_says(town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception, strikes: int) -> None:
    """One of the server's tells as little as a death, one of the customer's own counts: three give it up."""
    shop = town.kavalier
    number, tries = alone(town, 1), iter([False])
    monkeypatch.setattr(running, "do_chunk", failing(error))
    with shop.app.app_context():
        running.work(shop.id, number, lambda: next(tries, True))
    assert struck(shop) == [strikes]


def test_who_is_held_by_others_comes_last_and_is_not_given_up(town: Town, superuser: psycopg.Connection) -> None:
    """RELIABILITY: lock timeouts: the other customers do not wait for it."""
    shop = town.kavalier
    number = alone(town, 3)
    with shop.work():
        held = db.session.scalars(select(BatchItem.customer_id).order_by(BatchItem.customer_id)).first()
    with superuser.transaction():
        superuser.execute("SELECT 1 FROM customer WHERE id = %s FOR UPDATE", [held])
        for tries in (iter([False] * 5), iter([False] * 2)):
            with shop.app.app_context():
                running.work(shop.id, number, lambda tries=tries: next(tries, True))  # type: ignore[misc]
            let_wait(shop)
        assert became(shop, number) == {"done": 2, "pending": 1}
    assert struck(shop)[0] == 1
    run(shop, number)
    assert became(shop, number) == {"done": 3}
