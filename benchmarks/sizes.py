"""The standard business and smaller ones, each in a database of its own, made once and kept."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass

from psycopg import sql

from app.local.embedded import APP, LOADER, OWNER, Postgres
from app.local.paths import PROJECT
from app.local.processes import LocalError


@dataclass(frozen=True)
class Size:
    database: str
    customers: int
    transactions: int
    small_businesses: int = 0


STANDARD = Size("standard", 1_000_000, 10_000_000, 200)
TENTH = Size("tenth", 100_000, 1_000_000)
HUNDREDTH = Size("hundredth", 10_000, 100_000)


def make(postgres: Postgres, size: Size) -> None:
    """Makes the database unless it is there, and brings its schema up to date."""
    if not _exists(postgres, size.database):
        _generate(postgres, size)
    flask(postgres, size.database, "db", "upgrade")


def serving_environment(postgres: Postgres, database: str) -> dict[str, str]:
    """What a production web server of this database has in its environment."""
    inherited = {key: value for key, value in os.environ.items() if key != "DEMO_PASSWORD"}
    return inherited | {
        "REGULARS_ENV": "production",
        "PUBLIC_URL": "https://regulars.example",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": postgres.url(APP, database),
        # Away, where nobody started one.
        "REDIS_URL": os.environ.get("REDIS_URL") or "unix:///nowhere/valkey.sock?db=0",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


def _exists(postgres: Postgres, database: str) -> bool:
    with postgres.connect() as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone())


def _generate(postgres: Postgres, size: Size) -> None:
    # It gets its name at the end, so that one that was broken off is not taken for whole.
    part = f"{size.database}_part"
    postgres.drop_database(part)
    postgres.create_database(part)
    flask(postgres, part, "db", "upgrade")
    amounts = {
        "--customers": size.customers,
        "--transactions": size.transactions,
        "--small-businesses": size.small_businesses,
    }
    flask(postgres, part, "demo", "generate", *[str(word) for pair in amounts.items() for word in pair])
    with postgres.connect() as connection:
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(part), sql.Identifier(size.database)))
        connection.execute("CHECKPOINT")


def flask(postgres: Postgres, database: str, *words: str) -> None:
    """A command of the application as the database's owner. Raises LocalError with its output."""
    env = serving_environment(postgres, database) | {
        "REGULARS_ENV": "development",
        "MIGRATION_DATABASE_URL": postgres.url(OWNER, database),
        "LOADER_DATABASE_URL": postgres.url(LOADER, database),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(command, env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise LocalError(f"flask {' '.join(words)} failed:\n{done.stdout}")
