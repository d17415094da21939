"""Child processes that cannot outlive their parent, and the user that servers started by root run as."""

import contextlib
import ctypes
import fcntl
import grp
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from app.local.paths import make_data_dir, open_to_others

SERVER_USER = "regulars"
_PR_SET_PDEATHSIG = 1
# Loaded here, as nothing may be imported between fork and exec.
_libc = ctypes.CDLL(None, use_errno=True)


class LocalError(Exception):
    """Something of the default run cannot start; the text is one line for the person who started it."""


def say(text: str) -> None:
    """Print a line for the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _end_with_parent(parent: int, end: int) -> Callable[[], None]:
    def before_exec() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, end)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return before_exec


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    user: str | None = None,
    cwd: Path | None = None,
    end: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that the terminal's Ctrl-C reaches only the parent.

    Start it from the main thread: the kernel sends `end` when the thread that started the child is gone.
    """
    return subprocess.Popen(  # noqa: S603 - commands are ours
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=_end_with_parent(os.getpid(), int(end)),
    )


def wait_or_kill(child: subprocess.Popen[bytes], patience: float) -> None:
    """Wait `patience` seconds for the end of a child, then kill it."""
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def server_user() -> str | None:
    """The user to start embedded servers as: one of their own under root (made if missing), else no other."""
    if os.geteuid() != 0:
        return None
    if not _is_there():
        with _alone():
            if not _is_there():
                _make_user()
    return SERVER_USER


def _is_there() -> bool:
    try:
        return pwd.getpwnam(SERVER_USER).pw_gid == grp.getgrnam(SERVER_USER).gr_gid
    except KeyError:
        return False


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Waits for whoever is making the user: two at once make it twice, and what the first one owns is nobody's."""
    folder = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make_user() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin") or "useradd"
    make = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    subprocess.run([*make, "--shell", "/usr/sbin/nologin", SERVER_USER], check=True)  # noqa: S603


def own_folder(folder: Path) -> Path:
    """Make a folder (mode 700) that only the servers' user, and root, can enter."""
    make_data_dir(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    if user := server_user():
        shutil.chown(folder, user, user)
    return folder


def check_reachable(folder: Path) -> None:
    """Refuse a folder that the servers' user could not enter."""
    if server_user() and not open_to_others(folder):
        raise LocalError(f"The databases' own user cannot enter {folder}. Choose another folder by REGULARS_DATA.")


def usable_files(folder: Path, copy: Path) -> Path:
    """The folder of a server's program itself, or a copy of it when the servers' user cannot read it."""
    if server_user() is None or open_to_others(folder):
        return folder
    if not copy.exists():
        part = copy.with_name(copy.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(folder, part)
        for path in (part, *part.rglob("*")):
            path.chmod(0o755)
        part.rename(copy)
    return copy


def trusted_users() -> set[str]:
    """Names of the system's users whose processes may speak to the embedded database."""
    return {name for name in (pwd.getpwuid(os.geteuid()).pw_name, server_user()) if name}
