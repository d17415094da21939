"""A whole run in processes of its own, servers among them, to be killed at will: what ended is put up again at once."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import redis

from app.config import Config
from app.local.embedded import APP, DATABASE, OWNER, TEST_SETTINGS, Postgres, Valkey
from app.local.supervisor import Service
from tests.local.runs import free_port

# What is committed must outlive the server's own death, if not the machine's.
SETTINGS = TEST_SETTINGS | {"synchronous_commit": "on", "full_page_writes": "on"}
PROGRAMS = {
    "web": ("-m", "gunicorn", "-c", "python:app.gunicorn_conf", "wsgi:app"),
    "worker": ("-m", "jobs.worker", "work"),
    "sweeper": ("-m", "jobs.sweeper"),
    "messages": ("-m", "jobs.worker", "messages"),
    "schedule": ("-m", "jobs.schedule"),
    "deliverer": ("-m", "jobs.deliverer"),
}
GENTLE = 40.0  # seconds that a worker has to finish its chunk and end


class Fleet:
    """Web server, workers and sweeper over a PostgreSQL and a Valkey that nobody else uses."""

    def __init__(self, folder: Path, config: Config, workers: int, settings: Mapping[str, str] = SETTINGS) -> None:
        self.folder, self.workers = folder, workers
        self.postgres, self.valkey = Postgres(folder / "postgres", settings), Valkey(folder / "valkey")
        self.port = free_port()
        self.config = replace(
            config,
            database_url=self.postgres.url(APP),
            migration_database_url=self.postgres.url(OWNER),
            redis_url=self.valkey.url,
            port=self.port,
        )
        self.services: list[Service] = []

    def start_servers(self) -> None:
        self.postgres.start()
        self.postgres.create_database()
        self.valkey.start()

    def start(self, database_url: str = "", names: Sequence[str] = ()) -> None:
        """Starts what works over the servers, PostgreSQL under another address if one is given; a web server, workers
        and a sweeper unless other services are named."""
        environment = self.environment(database_url or self.config.database_url)
        log = (self.folder / "log").open("ab")
        for name in names or ("web", *["worker"] * self.workers, "sweeper"):
            self.services.append(Service(name, (sys.executable, *PROGRAMS[name]), environment, log))
        for each in self.services:
            each.start()

    def environment(self, database_url: str) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": database_url.replace("postgresql+psycopg", "postgresql"),
            "REDIS_URL": self.config.redis_url,
            "SECRET_KEY": self.config.secret_key,
            "REGULARS_ENV": "test",
            "LOG_LEVEL": "ERROR",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }

    def mend(self) -> None:
        """Starts again what ended."""
        for each in self.services:
            if not each.alive:
                each.start()

    def stop(self) -> None:
        for each in self.services:
            if each.child and each.alive:
                each.child.kill()
                each.child.wait()
        for server in (self.valkey, self.postgres):
            server.stop()

    def named(self, name: str) -> list[Service]:
        return [each for each in self.services if each.name == name]

    # What can be killed; each answers with whether there was something to kill.

    def kill_worker(self, chance: random.Random) -> bool:
        """The process at work, its worker, or both at once."""
        busy = [each for each in self.named("worker") if each.alive and _children(each)]
        if not busy:
            return False
        worker, how = chance.choice(busy), chance.choice(("both", "job", "job", "worker"))
        targets = _children(worker) if how != "worker" else []
        for each in targets:
            _kill(each)
        if how != "job":
            _end(worker)
        return True

    def end_worker(self, chance: random.Random) -> bool:
        """SIGTERM, as a deployment sends it: the chunk is finished, and the worker ends by itself."""
        busy = [each for each in self.named("worker") if each.alive and _children(each)]
        if not busy:
            return False
        worker = chance.choice(busy).child
        assert worker is not None
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(GENTLE) >= 0  # 0, or 1 where it finds its queue killed just before
        return True

    def kill_web(self, chance: random.Random) -> bool:
        """The process that answers, or the one that minds those."""
        (web,) = self.named("web")
        if not web.alive or web.child is None:
            return False
        target = chance.choice([web.child.pid, *_children(web)])
        if target == web.child.pid:
            _end(web)
        else:
            _kill(target)
        return True

    def kill_valkey(self, _chance: random.Random) -> bool:
        """And all that it kept is gone."""
        with redis.Redis.from_url(self.valkey.url) as connection:
            _kill(int(connection.info("server")["process_id"]))
        _wait(lambda: not self.valkey.running)
        shutil.rmtree(self.valkey.data)
        self.valkey.start()
        return True

    def kill_postgres(self, _chance: random.Random) -> bool:
        _kill(int((self.postgres.data / "postmaster.pid").read_text().split()[0]))
        _wait(lambda: not self.postgres.running)
        self.postgres.start()
        return True

    def ask(self, query: str) -> list[tuple[int, ...]]:
        """As a superuser; nothing while PostgreSQL is away."""
        with contextlib.suppress(psycopg.OperationalError), self.postgres.connect(database=DATABASE) as connection:
            return connection.execute(query.encode()).fetchall()
        return []


@contextlib.contextmanager
def fleet(folder: Path, config: Config, workers: int = 2, settings: Mapping[str, str] = SETTINGS) -> Iterator[Fleet]:
    """The servers, still empty; all of it ends with the block."""
    folder.mkdir()
    folder.chmod(0o711)
    made = Fleet(folder, config, workers, settings)
    try:
        made.start_servers()
        yield made
    finally:
        made.stop()


def _children(service: Service) -> list[int]:
    process = service.child.pid if service.child else 0
    with contextlib.suppress(OSError):
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _end(service: Service) -> None:
    """And sees it gone, so that nobody takes it for alive."""
    assert service.child is not None
    service.child.kill()
    service.child.wait()


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _wait(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.02)
