"""Every process of a run is killed again and again while bulk credits go on (RELIABILITY: the fault tests)."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from app import create_app
from app.bulk.models import BatchState
from app.config import Config
from app.extensions import db
from app.ledger.check import faults
from app.local.embedded import DATABASE
from tests.bulk.batches import became, state, tallied
from tests.bulk.fleet import Fleet, fleet
from tests.bulk.kills import SLOW, crowd
from tests.bulk.storm import RESUMED_WITHIN, Client, Storm, lost_and_doubled
from tests.conftest import migrate
from tests.people import Town, open_town

KINDS = {
    "kill_worker": "worker, kill -9",
    "end_worker": "worker, SIGTERM",
    "kill_web": "web, kill -9",
    "kill_valkey": "Valkey, kill -9 and its data wiped",
    "kill_postgres": "PostgreSQL, kill -9",
}


def kills(*numbers: int) -> Mapping[str, int]:
    return dict(zip(KINDS, numbers, strict=True))


@pytest.mark.parametrize(
    ("customers", "numbers", "seed"),
    [
        (300, kills(2, 1, 1, 1, 1), 1),
        pytest.param(2_000, kills(20, 5, 5, 3, 2), 2, marks=pytest.mark.long),
        pytest.param(2_000, kills(200, 50, 50, 30, 20), 3, marks=pytest.mark.faults),
    ],
)
def test_whatever_is_killed(
    scratch: Path, config: Config, customers: int, numbers: Mapping[str, int], seed: int
) -> None:
    """BA-13: lost 0, doubled 0, drift 0, resumed within 60 s."""
    began = time.monotonic()
    with fleet(scratch / f"storm-{seed}", config) as run:
        migrate(run.config)
        town = open_town(create_app(run.config))
        crowd(town.kavalier, customers)
        with run.postgres.connect(database=DATABASE) as superuser:
            superuser.execute(SLOW.format(seconds=0.5).encode())
        run.start()
        storm, client = Storm(run, numbers, seed), Client(run, town)
        client.start()
        storm.rage(client)
        storm.calm(client)
        with town.app.app_context():
            db.engine.dispose()
        seconds = time.monotonic() - began
        lost, doubled = lost_and_doubled(run, town.kavalier, client.confirmed, customers)
        with town.kavalier.work():
            drift = len(faults())
        tell(storm, client, customers, seconds, f"lost {lost}, doubled {doubled}, drift {drift}")
        assert (lost, doubled, drift) == (0, 0, 0)
        check(run, town, client, customers)
    assert storm.done == storm.kills
    assert max(longest for waits in storm.waits.values() for longest in waits) < RESUMED_WITHIN


def check(run: Fleet, town: Town, client: Client, customers: int) -> None:
    """What was confirmed once is one batch, at its end, and its report adds up."""
    confirmed = run.ask("SELECT id FROM batch WHERE confirmed_at IS NOT NULL ORDER BY id")
    assert [number for (number,) in confirmed] == client.confirmed
    for each in client.confirmed:
        assert state(town.kavalier, each) is BatchState.DONE
        assert became(town.kavalier, each) == tallied(town.kavalier, each) == {"done": customers}


def tell(storm: Storm, client: Client, customers: int, seconds: float, result: str) -> None:
    """What docs/faults.md shows."""
    lines = [f"seed {storm.seed}: {len(client.confirmed)} credits of {customers:,} customers each in {seconds:.0f} s"]
    for kind, words in KINDS.items():
        waits = sorted(storm.waits.get(kind, []))
        told = (
            f"goes on after {waits[len(waits) // 2]:4.1f} s, at most {waits[-1]:4.1f} s" if waits else "never the last"
        )
        lines.append(f"  {words:<36}{storm.done[kind]:>4}   {told}")
    lines += [f"  forms sent again: {client.caller.again}", f"  {result}"]
    sys.stdout.write("\n".join(lines) + "\n")
