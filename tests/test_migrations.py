"""Upgrades of the schema: one at a time, and never in the way of sales for long."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import OperationalError

from app import create_app
from app.config import Config
from app.local.embedded import APP, OWNER, Postgres
from app.local.paths import PROJECT

SCHEMA = str(PROJECT / "migrations")
UPGRADE = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade", "0012"]


@pytest.fixture
def behind(fresh_database: Callable[[str], Config]) -> Iterator[Config]:
    """A database that lacks the migration of `stats_scope`'s keys."""
    config = fresh_database("behind")
    with create_app(config).app_context():
        downgrade(directory=SCHEMA, revision="0066")
        yield config


def revision(postgres: Postgres, database: str) -> str:
    with postgres.connect(database=database) as connection:
        ((number,),) = connection.execute("TABLE alembic_version").fetchall()
    return str(number)


def test_of_two_upgrades_at_once_one_waits_for_the_other_to_end(postgres: Postgres) -> None:
    postgres.create_database("twice")
    urls = {"DATABASE_URL": postgres.url(APP, "twice"), "MIGRATION_DATABASE_URL": postgres.url(OWNER, "twice")}
    environ = {**os.environ, **urls, "PYTHONPATH": str(PROJECT)}
    both = [subprocess.Popen(UPGRADE, env=environ, cwd=PROJECT, stderr=subprocess.PIPE) for _ in range(2)]
    try:
        for each in both:
            words = each.communicate(timeout=120)[1]
            assert each.returncode == 0, words.decode()
        assert revision(postgres, "twice") == "0012"
    finally:
        for each in both:
            each.kill()
        postgres.drop_database("twice")


def test_a_table_that_others_hold_is_waited_for_again_and_again(
    behind: Config, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in one go: whoever comes to the table meanwhile would wait behind it."""
    monkeypatch.setattr("migrations.turns.LOCK_WAIT", "100ms")
    monkeypatch.setattr("migrations.turns.PAUSE", 0)
    monkeypatch.setattr("migrations.turns.TRIES", 2)
    with postgres.connect(database="behind") as holder:
        holder.execute("BEGIN; LOCK stats_scope IN ACCESS SHARE MODE")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            upgrade(directory=SCHEMA, revision="0067")
        assert time.monotonic() - began < 5
        monkeypatch.setattr("migrations.turns.time.sleep", lambda _seconds: holder.execute("COMMIT"))
        upgrade(directory=SCHEMA, revision="0067")
    assert revision(postgres, "behind") == "0067"
