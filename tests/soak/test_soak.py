"""A shop works on for an hour: memory and connections stay flat, nobody meets an error (RELIABILITY: soak)."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from app import create_app
from app.config import Config
from app.customers import stats
from app.extensions import db
from app.ledger.check import faults
from tests.bulk.fleet import Fleet, fleet
from tests.bulk.kills import crowd
from tests.bulk.storm import PATIENCE, unfinished
from tests.conftest import migrate
from tests.people import open_town
from tests.soak.floor import Floor
from tests.soak.watch import LEAST, Watch, growth
from tests.webhooks.receiving import receiving

SERVICES = ("web", "worker", "messages", "sweeper", "schedule", "deliverer")
CUSTOMERS = 2_000
FULL = float(os.environ.get("SOAK_MINUTES", "60")) * 60
LOOKS = 240


@pytest.mark.parametrize(
    "seconds",
    [pytest.param(90, marks=pytest.mark.long), pytest.param(FULL, marks=pytest.mark.faults)],
    ids=["short", "full"],
)
def test_memory_and_connections_stay_flat(scratch: Path, config: Config, seconds: float) -> None:
    with fleet(scratch / f"soak-{seconds:.0f}", config) as run, receiving() as receiver:
        migrate(run.config)
        town = open_town(create_app(run.config))
        crowd(town.kavalier, CUSTOMERS)
        run.start(names=SERVICES)
        time.sleep(5)
        floor = Floor(run, town, receiver)
        floor.open()
        watch = watched(run, floor, seconds)
        floor.close()
        settle(run)
        floor.web_shop.check(floor.counts, PATIENCE)
        told = ", ".join(f"{number:,} {name}" for name, number in sorted(floor.counts.items()))
        sys.stdout.write(f"{seconds / 60:.1f} minutes: {told}\nMB, or connections:\n{watch.table()}\n")
        assert all(floor.counts[each] for each in ("sales", "orders", "cancelled", "visits", "pages", "looks"))
        with town.app.app_context():
            db.engine.dispose()
        with town.kavalier.work():
            assert faults() == []
            assert stats.differences().number == 0
        if seconds > 600:
            assert watch.faults() == []


def watched(run: Fleet, floor: Floor, seconds: float) -> Watch:
    watch, until = Watch(run), time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(max(seconds / LOOKS, 2))
        assert all(each.alive for each in run.services), "a process ended"
        floor.check()
        watch.look()
        if len(watch.seconds) % (LOOKS // 10) == 0:
            sys.stderr.write(f"{watch.seconds[-1] / 60:.1f} minutes: {dict(floor.counts)}\n{watch.table()}\n")
    return watch


def settle(run: Fleet) -> None:
    until = time.monotonic() + PATIENCE
    while unfinished(run):
        assert time.monotonic() < until, "a bulk credit does not come to its end"
        time.sleep(0.5)


def test_growth_is_seen() -> None:
    """Of a megabyte a minute, among noise; and none where there is only noise."""
    minutes = [60.0 * each for each in range(45)]
    noise = [3.0 * (each % 3) for each in range(45)]
    assert growth(minutes, [100 + each for each in noise]) < LEAST / 2
    leaking = [100 + number + each for number, each in enumerate(noise)]
    assert growth(minutes, leaking) > 40
    watch = Watch(None, minutes, {"web": leaking, "connections": [5.0] * 45})  # type: ignore[arg-type]
    assert [each.partition(":")[0] for each in watch.faults()] == ["web"]
