"""COMMITs whose answers get lost on the way: done or not, nobody is told (RELIABILITY: the fault tests)."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from app import create_app
from app.config import Config
from app.extensions import db
from app.ledger.check import faults
from app.local.embedded import APP, DATABASE
from tests.bulk.batches import became, confirm, preview, tallied
from tests.bulk.fleet import fleet
from tests.bulk.kills import credit, crowd
from tests.bulk.proxy import Proxy
from tests.bulk.storm import PATIENCE, lost_and_doubled, unfinished
from tests.conftest import migrate
from tests.people import Town, open_town

AMOUNT = 500


@pytest.mark.parametrize(
    ("customers", "resets", "delay", "seed"),
    [
        (200, 2, 0.1, 1),
        pytest.param(2_000, 40, 0.5, 2, marks=pytest.mark.long),
        pytest.param(4_000, 200, 0.5, 3, marks=pytest.mark.faults),
    ],
)
def test_answers_to_commit_are_lost(
    scratch: Path, config: Config, customers: int, resets: int, delay: float, seed: int
) -> None:
    """BA-13: run again, the keys decide; lost 0, doubled 0, drift 0. As many batches as it takes."""
    began = time.monotonic()
    with fleet(scratch / f"commits-{seed}", config, workers=3) as run:
        migrate(run.config)
        town = open_town(create_app(run.config))
        people, batches = crowd(town.kavalier, customers), list[int]()
        proxy = Proxy(run.postgres.socket_path, seed, resets, delay)
        run.start(f"postgresql://{APP}@127.0.0.1:{proxy.port}/{DATABASE}?sslmode=disable&gssencmode=disable")
        longest = 0.0
        while proxy.done < resets:
            batches.append(begin(town, people))
            since = time.monotonic()
            while unfinished(run):
                assert time.monotonic() - since < PATIENCE
                run.mend()
                time.sleep(0.1)
            longest = max(longest, time.monotonic() - since)
        lost, doubled = lost_and_doubled(run, town.kavalier, batches, customers)
        with town.kavalier.work():
            drift = len(faults())
        sys.stdout.write(
            f"seed {seed}: {len(batches)} credits of {customers:,} customers each in {time.monotonic() - began:.0f} s,"
            f" the longest in {longest:.0f} s\n  of {proxy.commits} commits {proxy.lost} were done and their answers"
            f" lost, {proxy.refused} were cut off before; answers held for {delay} s\n"
            f"  lost {lost}, doubled {doubled}, drift {drift}\n"
        )
        assert (lost, doubled, drift) == (0, 0, 0)
        assert proxy.lost
        for each in batches:
            assert became(town.kavalier, each) == tallied(town.kavalier, each) == {"done": customers}
        proxy.close()
        with town.app.app_context():
            db.engine.dispose()


def test_a_client_that_is_gone_without_a_word_holds_nothing_for_long(town: Town) -> None:
    """BA-13: resumed within a minute, though the server was never told that the worker's machine is dead."""
    with town.kavalier.work():
        assert db.session.scalar(db.text("SHOW idle_in_transaction_session_timeout")) == "1min"


def begin(town: Town, people: list[int]) -> int:
    """Of small chunks, as there is to be a commit for each."""
    number = preview(town.kavalier, town.anna, "credit", credit(town, AMOUNT), people)
    with town.kavalier.work():
        db.session.execute(db.text("UPDATE batch SET chunk = 20 WHERE id = :number"), {"number": number})
    confirm(town.kavalier, town.anna, number)
    return number
