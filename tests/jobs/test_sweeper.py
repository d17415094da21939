"""The sweeper finds what is due whatever jobs were lost, and works itself without Redis (RELIABILITY: bulk work, 4)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock, patch

import pytest
from flask import Flask
from redis import Redis
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer
from sqlalchemy import text

from app import create_app, queue
from app.accounts.forgotten import ask_for_link
from app.config import Config
from app.db import autocommit_engine, unit_of_work
from app.local.embedded import Valkey
from app.messaging.models import MessageStatus
from app.scope import Scope
from jobs import schedule, sweeper
from jobs.listener import listen
from jobs.messages import Turn
from jobs.sweeper import Sweeper
from jobs.worker import make_worker
from tests.bulk.batches import became, confirm, preview
from tests.factories import add_customer
from tests.messaging.killing import wait_until
from tests.messaging.pipeline import PHONE, letter, send, status_of, write
from tests.people import Shop, Town


@pytest.fixture(scope="module")
def valkey(scratch: Path) -> Iterator[Valkey]:
    server = Valkey(scratch / "sweeper-valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(valkey: Valkey) -> Iterator[Redis]:
    connection = Redis.from_url(valkey.url)
    connection.flushdb()
    queue._turn_at.clear()
    yield connection
    connection.close()


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def working(config: Config, valkey: Valkey, shop: Shop, redis: Redis) -> Shop:
    """The same business, in an application whose Redis is there."""
    return replace(shop, app=create_app(replace(config, redis_url=valkey.url)))


@pytest.fixture
def message(shop: Shop) -> int:
    """Written where no Redis was, so that no job was sent."""
    with shop.work():
        return write(add_customer(phone=PHONE))[0]


def sweeper_of(app: Flask) -> Sweeper:
    return Sweeper(app, threading.Event())


def sweep(swept: Sweeper) -> None:
    with swept.app.app_context():
        # PostgreSQL lets a lock go a moment after the connection that had it is closed.
        assert wait_until(swept.holds_lock, 10)
        swept.sweep()
        swept.give_up_lock()


def work_off(app: Flask) -> None:
    make_worker(app, "messages").work(burst=True, logging_level="CRITICAL")


def test_a_message_wakes_one_worker(working: Shop, redis: Redis) -> None:
    """However many are written before it begins; then others wake it again."""
    with working.work():
        write(add_customer(phone=PHONE), letter("1"), letter("2"))
    with working.work():
        write(add_customer("Other", phone="+380671112244"), letter("3"))
    assert redis.llen("rq:queue:messages") == 1
    work_off(working.app)
    assert redis.llen("rq:queue:messages") == 0
    with working.work():
        (message,) = write(add_customer("Third", phone="+380671112255"), letter("4"))
        assert redis.llen("rq:queue:messages") == 0
    assert redis.llen("rq:queue:messages") == 1
    work_off(working.app)
    with working.work():
        assert status_of(message)[0] is MessageStatus.SENT


def test_a_rush_of_requests_wakes_in_turns_and_leaves_nobody_out(
    working: Shop, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that began meanwhile is followed by another, though the request asked Redis nothing itself."""
    started: list[threading.Timer] = []
    start = threading.Timer.start
    monkeypatch.setattr(threading.Timer, "start", lambda turn: started.append(turn))
    monkeypatch.setattr(queue, "TURN", 60)
    with working.work():
        customers = [add_customer(phone=f"+3806711122{number}") for number in range(10, 15)]
    for number, customer in enumerate(customers):
        with working.app.test_request_context(), unit_of_work(Scope(working.id)):
            write(customer, letter(str(number)))
        if number == 1:
            work_off(working.app)
    assert redis.llen("rq:queue:messages") == 0
    (turn,) = started
    turn.interval = 0
    start(turn)
    turn.join()
    assert redis.llen("rq:queue:messages") == 1


def test_where_no_thread_is_to_be_had_nobody_waits_for_a_turn(
    working: Shop, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed is answered, and a worker is woken all the same."""
    monkeypatch.setattr(threading.Timer, "start", Mock(side_effect=RuntimeError("can't start new thread")))
    monkeypatch.setattr(queue, "TURN", 60)
    with working.work():
        customer = add_customer()
    for number in range(3):
        with working.app.test_request_context(), unit_of_work(Scope(working.id)):
            write(customer, letter(str(number)))
        assert redis.llen("rq:queue:messages") == 1
        work_off(working.app)


def test_what_no_job_was_sent_for_is_found(working: Shop, message: int, redis: Redis) -> None:
    """RELIABILITY: lose every job and every byte of Redis, and the work goes on by itself."""
    sweep(sweeper_of(working.app))
    assert redis.llen("rq:queue:messages") == 1
    work_off(working.app)
    with working.work():
        assert status_of(message)[0] is MessageStatus.SENT
    redis.flushdb()
    sweep(sweeper_of(working.app))
    assert redis.llen("rq:queue:messages") == 0


def test_a_forgotten_password_wakes_a_worker(working: Shop, redis: Redis) -> None:
    """PR-5: once; and a job that was lost is sent anew."""
    for email in ("anna@example.com", "nobody@example.com"):
        with working.app.app_context(), unit_of_work(Scope(None)):
            assert ask_for_link(email, "192.0.2.7") == 0
    assert redis.llen("rq:queue:messages") == 1
    work_off(working.app)
    assert redis.llen("rq:queue:messages") == 0
    sweep(sweeper_of(working.app))
    assert redis.llen("rq:queue:messages") == 1


def test_without_redis_it_works_itself(shop: Shop, message: int) -> None:
    """RELIABILITY: once Redis has been away for half a minute."""
    swept = sweeper_of(shop.app)
    sweep(swept)
    with shop.work():
        assert status_of(message)[0] is MessageStatus.QUEUED
    swept.redis_seen -= sweeper.WITHOUT_REDIS
    sweep(swept)
    with shop.work():
        assert status_of(message)[0] is MessageStatus.SENT


def test_a_chore_that_fails_keeps_no_other_waiting(shop: Shop, message: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_ids: int) -> None:
        raise RuntimeError("this batch cannot be read")

    broken = sweeper.Chore("jobs.bulk.work_batch", "work", lambda: [(shop.id, 1)], fails)
    monkeypatch.setattr(sweeper, "CHORES", (broken, *sweeper.CHORES))
    swept = sweeper_of(shop.app)
    swept.redis_seen -= sweeper.WITHOUT_REDIS
    sweep(swept)
    with shop.work():
        assert status_of(message)[0] is MessageStatus.SENT


def test_of_several_one_works(shop: Shop) -> None:
    first, second = sweeper_of(shop.app), sweeper_of(shop.app)
    with shop.app.app_context():
        assert first.holds_lock()
        assert not second.holds_lock()
        assert first.holds_lock()
        first.give_up_lock()
        # PostgreSQL lets go of it once it notices that the connection is gone.
        assert wait_until(second.holds_lock, 10)
        second.give_up_lock()


def test_a_lock_that_rests_for_a_minute_is_let_go(shop: Shop) -> None:
    """By a machine that stopped in the middle; others connect as before."""
    shown = text("SHOW idle_session_timeout")
    swept = sweeper_of(shop.app)
    with shop.app.app_context():
        assert swept.holds_lock()
        assert swept.lock is not None
        assert swept.lock.execute(shown).scalar_one() == "1min"
        swept.give_up_lock()
        with autocommit_engine().connect() as other:
            assert other.execute(shown).scalar_one() == "0"


def test_a_long_round_touches_its_lock(shop: Shop, message: int) -> None:
    """As where all work is done here: before each piece of it."""
    swept = sweeper_of(shop.app)
    with shop.app.app_context():
        assert swept.holds_lock()
        with patch.object(swept, "holds_lock", return_value=False) as asked:
            swept.sweep()
        swept.give_up_lock()
    assert asked.called


def test_it_goes_on_after_a_failure_and_stops_when_asked(shop: Shop, message: int) -> None:
    swept = sweeper_of(shop.app)
    swept.redis_seen -= sweeper.WITHOUT_REDIS
    calls = iter([RuntimeError("the database is away"), None])

    def sweep_again() -> None:
        if error := next(calls):
            raise error
        Sweeper.sweep(swept)
        swept.stop.set()

    with patch.object(swept, "sweep", sweep_again), patch.object(sweeper, "EVERY", 0.1):
        swept.run()
    with shop.work():
        assert status_of(message)[0] is MessageStatus.SENT


def test_a_job_gives_way_to_others_and_to_the_end(working: Shop, redis: Redis) -> None:
    with working.app.app_context():
        turn = Turn()
        turn.looked -= 2
        assert not turn()
        redis.lpush("rq:queue:messages", "another")
        turn.looked -= 2
        assert turn()
        with patch("jobs.messages.stopping") as stopping:
            stopping.is_set.return_value = True
            assert Turn()()


def test_the_listener_hears_until_it_is_stopped(shop: Shop, message: int) -> None:
    send(shop)
    stop = threading.Event()
    thread = threading.Thread(target=listen, args=(shop.app, "simulator", stop))
    thread.start()
    try:
        for _wait in range(100):
            with shop.work():
                if status_of(message)[0] is MessageStatus.DELIVERED:
                    break
            stop.wait(0.1)
    finally:
        stop.set()
        thread.join(10)
    with shop.work():
        assert status_of(message)[0] is MessageStatus.DELIVERED


class Worked:
    """Minutes of one worker whose jobs take their time: the clock sends, the sweeper looks, keys grow old."""

    def __init__(self, redis: Redis, swept: Sweeper, minutes: int, takes: int) -> None:
        self.redis, self.swept, self.minutes, self.takes = redis, swept, minutes, takes
        self.busy, self.most, self.ran = 0, 0, list[str]()

    def is_set(self) -> bool:
        return self.minutes == 0

    def wait(self, _minute: float) -> None:
        """What a minute brings, which the clock waits for."""
        self.minutes -= 1
        for _step in range(12):
            with self.swept.app.app_context():
                self.swept.sweep()
            waiting = RqQueue("work", connection=self.redis, serializer=JSONSerializer).jobs
            self.most = max(self.most, sum(each.func_name == "jobs.bulk.work_batch" for each in waiting))
            self.busy -= 5
            while self.busy <= 0 and (taken := self.redis.lpop("rq:queue:work")):
                name = self.redis.hget(b"rq:job:" + taken, "description")
                self.ran += [name.decode().partition("(")[0]] if name else []
                self.busy = self.takes if name and b"work_batch" in name else 0
            self._grow_old(5)

    def _grow_old(self, seconds: int) -> None:
        for key in self.redis.scan_iter():
            if (left := self.redis.ttl(key)) > 0:
                self.redis.expire(key, left - seconds)


class TestBatches:
    """Bulk actions, whose jobs are lost with every byte of Redis (BA-13)."""

    def confirmed(self, town: Town) -> int:
        shop = town.kavalier
        with shop.work():
            people = [add_customer(f"C{number}") for number in range(3)]
        number = preview(shop, town.anna, "tags", {"way": "add", "key": "city", "value": "Kyiv"}, people)
        confirm(shop, town.anna, number)
        return number

    def test_one_that_was_left_lying_wakes_a_worker(self, town: Town, working: Shop, redis: Redis) -> None:
        number = self.confirmed(town)
        sweep(sweeper_of(working.app))
        make_worker(working.app, "work").work(burst=True, logging_level="CRITICAL")
        assert became(working, number) == {"done": 3}

    def test_one_that_is_long_at_work_clogs_nothing(
        self, town: Town, working: Shop, redis: Redis, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """At most one job of it waits, whatever was sent before; and what the clock sends each minute is run in it."""
        self.confirmed(town)
        every = {"jobs.housekeeping.expire_points": 1, "jobs.housekeeping.wipe_pins": 1}
        monkeypatch.setattr(schedule, "MINUTES", every)
        worked = Worked(redis, sweeper_of(working.app), minutes=12, takes=20)
        schedule.run(working.app.config["REGULARS"].redis_url, worked)  # type: ignore[arg-type]
        worked.swept.give_up_lock()
        assert worked.most == 1
        assert Counter(worked.ran) == {"jobs.bulk.work_batch": 36, **dict.fromkeys(every, 12)}

    def test_without_redis_it_is_worked_here(self, town: Town, shop: Shop) -> None:
        number = self.confirmed(town)
        swept = sweeper_of(shop.app)
        sweep(swept)
        assert became(shop, number) == {"pending": 3}
        swept.redis_seen -= sweeper.WITHOUT_REDIS + 1
        sweep(swept)
        assert became(shop, number) == {"done": 3}
