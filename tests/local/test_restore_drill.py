"""The disk is lost under load: it is back within ten minutes, less than a minute is lost, all adds up (RELIABILITY)."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from app import create_app
from app.bulk.models import BatchState
from app.config import Config
from app.extensions import db
from app.ledger.check import faults
from app.local.backup import Backups, take
from app.local.embedded import ARCHIVING, DATABASE
from app.local.restore import restore
from tests.bulk.batches import became, state, tallied
from tests.bulk.fleet import SETTINGS, Fleet, fleet
from tests.bulk.kills import crowd
from tests.bulk.storm import PATIENCE, Client, unfinished
from tests.conftest import migrate
from tests.people import Town, open_town

pytestmark = pytest.mark.long
LOST_AT_MOST, BACK_WITHIN = 60, 600  # seconds


class Heart(threading.Thread):
    """Commits the hour again and again, so that it is known what was the last to be kept."""

    def __init__(self, run: Fleet) -> None:
        super().__init__(daemon=True)
        self.fleet, self.over, self.last = run, threading.Event(), datetime.now(UTC)

    def run(self) -> None:
        with self.fleet.postgres.connect(database=DATABASE) as connection:
            connection.execute("CREATE TABLE beat (at timestamptz)")
            while not self.over.wait(0.1):
                try:
                    row = connection.execute("INSERT INTO beat VALUES (clock_timestamp()) RETURNING at").fetchone()
                except psycopg.Error:
                    return
                assert row is not None
                self.last = row[0]


@pytest.mark.parametrize(
    ("customers", "seconds"), [(1_000, 75), pytest.param(5_000, 900, marks=pytest.mark.faults)], ids=["short", "full"]
)
def test_the_disk_is_lost_under_load(scratch: Path, config: Config, customers: int, seconds: int) -> None:
    with fleet(scratch / f"drill-{seconds}", config, settings=SETTINGS | ARCHIVING) as run:
        migrate(run.config)
        town = open_town(create_app(run.config))
        crowd(town.kavalier, customers)
        run.start()
        client, heart = Client(run, town), Heart(run)
        heart.start()
        client.start()
        backups = Backups(run.folder / "backups")
        base_took = timed(lambda: take(run.postgres, backups, run.folder))
        work_for(seconds, run, client)
        lose(run, client)
        took = timed(lambda: restore(run.postgres, backups, run.folder))
        ((kept,),) = run.ask("SELECT max(at) FROM beat")
        lost = (heart.last - kept).total_seconds()
        finish(run, town, customers)
        ((entries,),) = run.ask("SELECT count(*) FROM ledger_entry")
        sys.stdout.write(
            f"base under load {base_took:.1f} s; worked {seconds} s, {len(client.confirmed)} credits of {customers:,};"
            f" lost {lost:.1f} s, back in {took:.1f} s, {entries:,} entries add up\n"
        )
        assert lost < LOST_AT_MOST
        assert took < BACK_WITHIN


def work_for(seconds: float, run: Fleet, client: Client) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert client.failed is None, client.failed
        run.mend()
        time.sleep(0.2)
    assert client.confirmed


def lose(run: Fleet, client: Client) -> None:
    """Every process is killed in the middle of its work, and the database's files are gone."""
    client.over.set()
    client.caller.port = 1  # nobody answers it any more
    os.kill(int((run.postgres.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    for each in run.services:
        if each.child:
            each.child.kill()
            each.child.wait()
    run.postgres.stop()
    run.postgres.end_leftovers()
    shutil.rmtree(run.postgres.data)


def finish(run: Fleet, town: Town, customers: int) -> None:
    """What was confirmed and is known is worked to its end; everything adds up before and after."""
    with town.app.app_context():
        db.engine.dispose()
    with town.kavalier.work():
        assert faults() == []
    until = time.monotonic() + PATIENCE
    while unfinished(run):
        run.mend()
        assert time.monotonic() < until, "does not come to its end"
        time.sleep(0.2)
    with town.kavalier.work():
        assert faults() == []
    for (number,) in run.ask("SELECT id FROM batch WHERE confirmed_at IS NOT NULL"):
        assert state(town.kavalier, number) is BatchState.DONE
        assert became(town.kavalier, number) == tallied(town.kavalier, number) == {"done": customers}


def timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began
