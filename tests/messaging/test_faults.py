"""The gateway's faults and kills of workers: no message is sent twice, each ends in one state, and the money agrees."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.billing.check import faults as faults_of_charges
from app.billing.queries import balance, spendable
from app.billing.services import Prices, set_tariff, top_up
from app.config import Config
from app.local.embedded import Valkey
from app.messaging.check import faults
from app.messaging.services import Addressed, write_to_many
from tests.factories import add_customer
from tests.messaging.killing import Crew, crew, wait_until
from tests.messaging.pipeline import behave, letter
from tests.people import Shop, Town

PAID, PRICE = 10_000_000, 80
FAULTS = {"dropped": 50, "timed_out": 50, "throttled": 50, "doubled": 50, "shuffled": 50, "late": 50}
"""Five of a hundred messages each."""
SMALL = {"refused": 20, "failed": 20}
TEXTS = ("Your purchase: +12 points.", "Дякуємо за покупку! " * 6)
"""Of one segment and of two."""


@pytest.fixture
def valkey(scratch: Path) -> Iterator[Valkey]:
    server = Valkey(scratch / "faults-valkey")
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("messages", "kills", "slowness", "workers"),
    [
        (500, 4, 300, 1),
        pytest.param(4_000, 20, 100, 2, marks=pytest.mark.long),
        pytest.param(20_000, 100, 100, 2, marks=pytest.mark.faults),
    ],
)
def test_whatever_gateways_and_workers_do(
    town: Town,
    config: Config,
    superuser: psycopg.Connection,
    valkey: Valkey,
    tmp_path: Path,
    messages: int,
    kills: int,
    slowness: int,
    workers: int,
) -> None:
    """RELIABILITY, MS-3, BI-1: doubled sends 0, each message in one state, the balance exact."""
    shop, began = town.kavalier, time.monotonic()
    with shop.work():
        set_tariff(Prices(0, 0, PRICE, 50))
        top_up(PAID, "first")
        behave(seed=7, delay=2, slowness=slowness, **FAULTS, **SMALL)
    write(shop, messages)
    with crew(config, valkey.url, workers, tmp_path / "log") as hands:
        kill_and_let_finish(hands, Outbox(superuser), kills, messages)
    tell(superuser, hands.killed, time.monotonic() - began)
    check(shop, superuser, messages)


def write(shop: Shop, messages: int) -> None:
    for first in range(0, messages, 1_000):
        with shop.work():
            customers = [add_customer(phone=f"+38067{first + each:07d}") for each in range(min(100, messages - first))]
            write_to_many(
                [
                    Addressed(customers[number % len(customers)], letter(f"{number}", text=TEXTS[number % 10 == 0]))
                    for number in range(first, min(first + 1_000, messages))
                ]
            )


class Outbox:
    """What a test sees of the work, and the time that it lets pass."""

    def __init__(self, database: psycopg.Connection) -> None:
        self.database = database

    def handed_over(self) -> int:
        return self._count("SELECT count(*) FROM simulated_message")

    def left(self) -> int:
        return self._count("SELECT (SELECT count(*) FROM message_outbox) + (SELECT count(*) FROM simulated_event)")

    def pass_time(self) -> None:
        """What is to be asked or tried again is due."""
        self.database.execute("UPDATE message_outbox SET due_at = now() WHERE step IN (1, 6)")
        self.database.execute("UPDATE receipt SET due_at = now()")

    def bury(self) -> None:
        """The only worker is dead: the leases of what it had run out."""
        self.database.execute("UPDATE message_outbox SET due_at = now() WHERE step IN (2, 3)")

    def _count(self, query: str) -> int:
        (number,) = self.database.execute(query.encode()).fetchone() or (0,)
        return int(number)


def kill_and_let_finish(hands: Crew, outbox: Outbox, kills: int, messages: int) -> None:
    """Kills spread over the work, each a moment behind a hand-over; then all is let come to its end."""
    chance = random.Random(11)
    for number in range(kills):
        due = messages * number // (kills + 1)
        assert wait_until(lambda due=due: outbox.handed_over() > due, 120), f"stuck before kill {number}"
        time.sleep(chance.random() * 0.3)
        assert wait_until(lambda: hands.kill_one(chance), 60), f"nobody works before kill {number}"
        if len(hands.workers) == 1:
            outbox.bury()
    assert wait_until(lambda: outbox.left() == 0, 300, outbox.pass_time), f"{outbox.left()} are left"


def check(shop: Shop, database: psycopg.Connection, messages: int) -> None:
    def ask(query: str) -> list[tuple[int, ...]]:
        return database.execute(query.encode()).fetchall()

    assert ask("SELECT message_id FROM simulated_message WHERE arrived GROUP BY 1 HAVING count(*) > 1") == []
    statuses = dict(ask("SELECT status, count(*) FROM message GROUP BY 1"))
    assert statuses.keys() <= {6, 7}
    assert sum(statuses.values()) == messages
    # Delivered is what arrived; what arrived and failed behind the gateway says so.
    assert ask(
        "SELECT m.id FROM message m WHERE m.status = 6 AND NOT EXISTS (SELECT FROM simulated_message s"
        " WHERE s.message_id = m.id AND s.arrived)"
    ) == []  # fmt: skip
    left = "(m.status = 6 OR EXISTS (SELECT FROM message_part p WHERE p.message_id = m.id))"
    charges = "message m LEFT JOIN charge c ON c.business_id = m.business_id AND c.kind = 2 AND c.subject = m.id"
    assert ask(f"SELECT m.id FROM {charges} WHERE {left} AND c.quantity IS DISTINCT FROM m.segments") == []
    # Of one whose answer was lost: told to have been taken and then to have failed, it costs what others do that
    # failed behind the gateway; told at once to have failed, it costs nothing. One that was not taken never does.
    assert ask(
        f"SELECT m.id FROM {charges} WHERE c.subject IS NOT NULL AND NOT {left} AND NOT EXISTS"
        " (SELECT FROM simulated_message s WHERE s.message_id = m.id AND s.arrived)"
    ) == []  # fmt: skip
    (charged,) = ask("SELECT coalesce(sum(quantity), 0) FROM charge WHERE kind = 2")[0]
    with shop.work():
        assert faults() == faults_of_charges() == []
        assert balance() == spendable() == PAID - PRICE * charged


def tell(database: psycopg.Connection, killed: int, seconds: float) -> None:
    calls = database.execute("SELECT fate, arrived, count(*) FROM simulated_message GROUP BY 1, 2 ORDER BY 1, 2")
    told = ", ".join(f"{fate}{'' if arrived else ' (not taken)'}: {number}" for fate, arrived, number in calls)
    row = database.execute(
        "SELECT count(*), count(*) FILTER (WHERE status = 6), count(*) FILTER (WHERE status = 7) FROM message"
    ).fetchone()
    twice = database.execute(
        "SELECT count(*) FROM (SELECT FROM simulated_message WHERE arrived GROUP BY message_id HAVING count(*) > 1) t"
    ).fetchone()
    assert row is not None
    assert twice is not None
    sys.stdout.write(
        f"{row[0]} messages, {killed} kills, {seconds:.0f} s: {row[1]} delivered, {row[2]} failed;"
        f" doubled sends: {twice[0]}; calls: {told}\n"
    )
