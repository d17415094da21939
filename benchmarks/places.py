"""Databases that panels are served from, and the peers' virtual environment."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection, sql

from app.local.embedded import ADMIN, LOADER, Postgres
from app.local.paths import PROJECT
from app.local.processes import LocalError
from benchmarks.panels import DjangoAdmin, FlaskAdmin, Regulars
from benchmarks.serving import Client, served
from benchmarks.sizes import serving_environment
from benchmarks.subject import Subject, session

_REQUIREMENTS = PROJECT / "benchmarks" / "requirements.txt"


@dataclass(frozen=True)
class Place:
    """A database that panels are served from."""

    postgres: Postgres
    database: str
    who: Subject
    loader: Connection
    folder: Path
    """Of logs and of the peers' packages."""


@contextmanager
def regulars(place: Place, before_deep: int | None = None, **more: str) -> Iterator[Regulars]:
    """`more` stands in its environment too."""
    env = serving_environment(place.postgres, place.database) | more
    log = place.folder / f"regulars-{place.database}.log"
    with served(sys.executable, "wsgi:app", env, log) as port:
        yield Regulars(Client(port, {"regulars_session": session(place.loader, place.who)}), place.who, before_deep)


@contextmanager
def peers(place: Place) -> Iterator[tuple[DjangoAdmin, FlaskAdmin]]:
    """Both work as a role that no policy binds, so that ours alone pays for the walls."""
    python = peers_python(place.folder)
    with place.postgres.connect(ADMIN, place.database) as connection:
        schema = sql.SQL("CREATE SCHEMA IF NOT EXISTS django_admin AUTHORIZATION {}")
        connection.execute(schema.format(sql.Identifier(LOADER)))
    env = _of_peers(place)
    with ExitStack() as stack:
        django, flask = (
            stack.enter_context(served(python, f"benchmarks.peers.{name}.wsgi:app", env, place.folder / f"{name}.log"))
            for name in ("django_admin", "flask_admin")
        )
        yield DjangoAdmin(Client(django)), FlaskAdmin(Client(flask))


@contextmanager
def bare_flask(place: Place, **more: str) -> Iterator[Client]:
    """The view that sells by hand-written SQL; it, too, is bound by no policy.

    What loads and measures has no rights over what only Terminals write, so it is given them here.
    """
    with place.postgres.connect(ADMIN, place.database) as connection:
        rights = sql.SQL("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {}")
        connection.execute(rights.format(sql.Identifier(LOADER)))
    log = place.folder / "bare_flask.log"
    with served(
        peers_python(place.folder), "benchmarks.peers.bare_flask.wsgi:app", _of_peers(place) | more, log
    ) as port:
        yield Client(port)


def _of_peers(place: Place) -> dict[str, str]:
    """The environment that tells peers which rows are ours."""
    who = place.who
    return dict(os.environ) | {
        "BENCHMARK_DATABASE_URL": place.postgres.url(LOADER, place.database),
        "BENCHMARK_BUSINESS": str(who.business),
        "BENCHMARK_PROGRAM": str(who.program),
        "BENCHMARK_WALLET": str(who.wallet),
        "BENCHMARK_SCOPE": str(who.scope),
        "BENCHMARK_PLACE_SCOPE": str(who.place_scope),
    }


def peers_python(folder: Path) -> Path:
    """The Python of the peers' virtual environment, made for these very requirements."""
    environment = folder / f"peers-{hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()[:12]}"
    python, stamp = environment / "bin" / "python", environment / "complete"
    if not stamp.exists():
        venv.create(environment, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        if subprocess.run([*install, "--require-hashes", "-r", _REQUIREMENTS]).returncode:
            raise LocalError("The peers could not be installed: see the lines above.")
        stamp.touch()
    return python
