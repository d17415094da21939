"""Starts the processes of the default run in order, starts those again that end, and stops all in order."""

import contextlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

import psycopg

from app.local import processes
from app.local.backup import packing_fails
from app.local.embedded import Postgres, Valkey
from app.local.paths import PROJECT
from app.local.processes import LocalError, say

PATIENCE = 10.0  # seconds that a process may take to end by itself
LONGEST_PAUSE = 30.0  # seconds before a process that keeps failing is started again
LOOKED_AT_EVERY = 60.0  # seconds between two looks at whether backups get the log
STEADY = 60.0  # seconds after which a process counts as having worked

Environment = Mapping[str, str]


class Stopped(BaseException):
    """A signal asked for the end."""


class Service:
    """A process that is started again whenever it ends, after a pause that grows while it keeps failing."""

    def __init__(
        self, name: str, command: Sequence[str | Path], env: Environment, output: IO[bytes] | None = None
    ) -> None:
        self.name, self.command, self.env, self.output = name, command, env, output
        self.child: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 0.5

    def start(self) -> None:
        self._started = time.monotonic()
        self.child = processes.spawn(self.command, env=self.env, cwd=PROJECT, output=self.output)

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def mind(self) -> None:
        """Start it again if it has ended and its pause is over."""
        now = time.monotonic()
        if self.child and not self.alive:
            self._pause = 1.0 if now - self._started > STEADY else min(self._pause * 2, LONGEST_PAUSE)
            say(f"{self.name} ended ({describe(self.child)}); it starts again in {self._pause:.0f} s")
            self.child = None
            self._started = now + self._pause
        elif self.child is None and now >= self._started:
            self.start()


class Supervisor:
    """All processes of one run. Use it from the main thread: children end with the thread that made them."""

    def __init__(self) -> None:
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.services: list[Service] = []
        self._stopping = False
        self._looked_at = time.monotonic()

    def listen(self) -> None:
        """Turn the signals to end into Stopped; those after the first make the end a quick one."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
                signal.signal(number, self._on_signal)

    def step(self, name: str, command: Sequence[str | Path], env: Environment, *, quiet: bool = False) -> None:
        """Run a command to its end. Raises LocalError when it fails, after its words if it was to be quiet."""
        with tempfile.TemporaryFile() as words:
            service = Service(name, command, env, words if quiet else None)
            self.services.append(service)
            service.start()
            while service.alive:
                time.sleep(0.02)
            self.services.remove(service)
            if service.child and service.child.returncode:
                words.seek(0)
                say(words.read().decode(errors="replace").rstrip())
                raise LocalError(f"{name} failed ({describe(service.child)}): see the lines above.")

    def serve(self, *services: Service) -> None:
        """Start the services; `mind` must then be called again and again."""
        self.services += services
        for service in services:
            service.start()

    def mind(self) -> None:
        """Start what has ended again. Raises LocalError when a database server cannot start."""
        for server in (self.postgres, self.valkey):
            if server and not server.running:
                say(f"{server.name} ended; it starts again")
                server.start()
        for service in self.services:
            service.mind()
        if self.postgres and time.monotonic() - self._looked_at > LOOKED_AT_EVERY:
            self._looked_at = time.monotonic()
            self._look_at_packing(self.postgres)

    def _look_at_packing(self, postgres: Postgres) -> None:
        # A server that has just ended, or takes no more connections, is minded on the next turn.
        with contextlib.suppress(psycopg.Error):
            if said := packing_fails(postgres):
                say(said)

    def stop(self) -> None:
        """Stop the services, all at once, then Valkey, then PostgreSQL."""
        self._stopping = True
        children = [service.child for service in self.services if service.child]
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in children:
            processes.wait_or_kill(child, max(0.0, deadline - time.monotonic()))
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self._stopping:
            self._stopping = True
            raise Stopped
        for service in self.services:
            if service.child:
                service.child.kill()
        if self.postgres:
            self.postgres.hurry()


def describe(child: subprocess.Popen[bytes]) -> str:
    """How a process ended, in words."""
    code = child.returncode
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
