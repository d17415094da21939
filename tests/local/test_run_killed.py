"""The default run killed again and again, at any moment of its start and its work: what was committed stays."""

import random
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from app.local.embedded import Postgres
from tests.local.runs import Run, free_port

pytestmark = pytest.mark.long
KILLS = 12
LONGEST = 8.0  # seconds from a start to its kill
SLOWEST = 120.0  # the same for the last start, on a machine so slow that no row was written before


def test_killed_at_any_moment_it_starts_again_with_all_that_was_committed(run_data: Path) -> None:
    chance = random.Random(20)
    written = 0
    for number in range(KILLS):
        running = Run(run_data, free_port())
        began = time.monotonic()
        until = began + chance.uniform(0, LONGEST)
        slowest = began + (SLOWEST if number == KILLS - 1 else 0)
        while (now := time.monotonic()) < until or (written == 0 and now < slowest):
            written += note(Postgres(run_data / "postgres"))
        family = running.family()
        running.kill()
        assert psutil.wait_procs(family, timeout=20)[1] == []

    running = Run(run_data, free_port())
    try:
        running.wait_until_up()
        with Postgres(run_data / "postgres").connect() as connection:
            kept = connection.execute("SELECT count(*) FROM note").fetchone()
        assert written > 0
        assert kept is not None
        assert kept[0] >= written
    finally:
        running.kill()


def note(server: Postgres) -> int:
    """Commit a row if the server takes one now; how many that were."""
    time.sleep(0.05)
    if not server.answers():
        return 0
    try:
        with server.connect() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS note (); INSERT INTO note DEFAULT VALUES")
    except psycopg.Error:
        return 0
    return 1
