"""Deliverers that are killed at any moment: every event arrives, and what arrives twice says so by its id (AP-1)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.config import Config
from app.local.paths import PROJECT
from app.local.processes import spawn, wait_or_kill
from app.webhooks.services.claiming import AT_ONCE
from tests.factories import add_customer
from tests.messaging.killing import wait_until
from tests.people import Town
from tests.webhooks.receiving import Call, Receiver


class Crew:
    """Deliverers as processes of their own; one that is killed is put up again."""

    def __init__(self, config: Config, number: int, log: Path) -> None:
        self.environment = {
            **os.environ,
            "DATABASE_URL": config.database_url.replace("postgresql+psycopg", "postgresql"),
            "REDIS_URL": config.redis_url,
            "SECRET_KEY": config.secret_key,
            "REGULARS_ENV": "test",
            "LOG_LEVEL": "ERROR",
        }
        self.log = log.open("ab")
        self.hands = [self._start() for _each in range(number)]

    def kill_one(self, chance: random.Random, database: psycopg.Connection) -> None:
        """Leases end at once, where else one would wait for a minute; so do those of another that lives."""
        number = chance.randrange(len(self.hands))
        self.hands[number].kill()
        self.hands[number].wait()
        database.execute("UPDATE webhook_delivery SET due_at = now() WHERE state = 1 AND token IS NOT NULL")
        self.hands[number] = self._start()

    def stop(self) -> None:
        for each in self.hands:
            each.terminate()
        for each in self.hands:
            wait_or_kill(each, 20)
        self.log.close()

    def _start(self) -> subprocess.Popen[bytes]:
        return spawn([sys.executable, "-m", "jobs.deliverer"], env=self.environment, cwd=PROJECT, output=self.log)


@contextmanager
def crew(config: Config, number: int, log: Path) -> Iterator[Crew]:
    hands = Crew(config, number, log)
    try:
        yield hands
    finally:
        hands.stop()


def count(database: psycopg.Connection, query: str) -> int:
    row = database.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("events", "kills", "workers"),
    [
        (120, 3, 1),
        pytest.param(600, 10, 2, marks=pytest.mark.long),
        pytest.param(10_000, 100, 2, marks=pytest.mark.faults),
    ],
)
def test_whoever_is_killed_every_event_arrives(
    town: Town,
    config: Config,
    superuser: psycopg.Connection,
    endpoint: int,
    receiver: Receiver,
    tmp_path: Path,
    events: int,
    kills: int,
    workers: int,
) -> None:
    """RELIABILITY: none lost, the same id for the same event, one answer in a hundred a failure."""
    chance = random.Random(5)
    receiver.answer = slowly(chance)
    for _each in range(events):
        with town.kavalier.work():
            add_customer()
    with crew(config, workers, tmp_path / "log") as hands:
        for number in range(kills):
            due = events * number // (kills + 1)
            assert wait_until(lambda due=due: len(receiver.calls) > due, 120, lambda: pass_time(superuser)), number
            time.sleep(chance.random() * 0.2)
            hands.kill_one(chance, superuser)
        left = "SELECT count(*) FROM webhook_delivery WHERE state = 1"
        assert wait_until(lambda: count(superuser, left) == 0, 300, lambda: pass_time(superuser))
    check(receiver, superuser, events, kills * workers)


def slowly(chance: random.Random) -> Callable[[Call], int]:
    def answer(_call: Call) -> int:
        time.sleep(0.02)
        return 500 if chance.random() < 0.01 else 200

    return answer


def pass_time(database: psycopg.Connection) -> None:
    """What is to be tried again is due."""
    database.execute("UPDATE webhook_delivery SET due_at = now() WHERE state = 1 AND token IS NULL AND due_at > now()")
    database.execute("UPDATE webhook_endpoint SET rest_until = NULL WHERE rest_until IS NOT NULL")


def check(receiver: Receiver, database: psycopg.Connection, events: int, deaths: int) -> None:
    """`deaths` is how many batches may have lost their answers."""
    assert count(database, "SELECT count(*) FROM webhook_delivery WHERE state = 2") == events
    bodies: dict[str, set[bytes]] = {}
    for call in receiver.calls:
        bodies.setdefault(call.headers["webhook-id"], set()).add(call.body)
    assert len(bodies) == events
    assert {len(each) for each in bodies.values()} == {1}
    calls = Counter(call.headers["webhook-id"] for call in receiver.calls)
    doubled = sum(calls.values()) - events
    failures = count(database, "SELECT count(*) FROM webhook_attempt WHERE status = 500")
    told = count(database, "SELECT count(*) FROM webhook_attempt")
    # What was called and is not written down was under way when its worker died.
    assert 0 <= len(receiver.calls) - told <= AT_ONCE * deaths
    sys.stdout.write(f"{events} events: {doubled} calls more than events, {failures} of them after a failure\n")
