"""Real workers over the tests' database, killed at any moment, while others put them up again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.config import Config
from app.local.paths import PROJECT
from app.local.processes import spawn, wait_or_kill


class Crew:
    """Workers for messages, a sweeper and a listener, as processes of their own."""

    def __init__(self, config: Config, redis_url: str, workers: int, log: Path) -> None:
        self.environment = {
            **os.environ,
            "DATABASE_URL": config.database_url.replace("postgresql+psycopg", "postgresql"),
            "REDIS_URL": redis_url,
            "SECRET_KEY": config.secret_key,
            "REGULARS_ENV": "test",
            "LOG_LEVEL": "ERROR",
        }
        self.log = log.open("ab")
        self.workers = [self._start("jobs.worker", "messages") for _each in range(workers)]
        self.others = [self._start(module) for module in ("jobs.sweeper", "jobs.listener")]
        self.killed = 0

    def kill_one(self, chance: random.Random) -> bool:
        """Kills a job in the middle of its work, now and then with its worker; whether one was at work."""
        number = chance.randrange(len(self.workers))
        worker = self.workers[number]
        jobs = _children(worker.pid)
        for job in jobs:
            with contextlib.suppress(ProcessLookupError):
                os.kill(job, signal.SIGKILL)
        if jobs and chance.random() < 0.25:
            worker.kill()
            worker.wait()
            self.workers[number] = self._start("jobs.worker", "messages")
        self.killed += bool(jobs)
        return bool(jobs)

    def stop(self) -> None:
        everyone = [*self.workers, *self.others]
        for each in everyone:
            each.terminate()
        for each in everyone:
            wait_or_kill(each, 20)
        self.log.close()

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        return spawn([sys.executable, "-m", module, *arguments], env=self.environment, cwd=PROJECT, output=self.log)


@contextlib.contextmanager
def crew(config: Config, redis_url: str, workers: int, log: Path) -> Iterator[Crew]:
    hands = Crew(config, redis_url, workers, log)
    try:
        yield hands
    finally:
        hands.stop()


def wait_until(done: Callable[[], bool], seconds: float, meanwhile: Callable[[], object] = lambda: None) -> bool:
    """Whether it was done in time."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        meanwhile()
        time.sleep(0.1)
    return True


def _children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []
