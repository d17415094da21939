"""One run for one data folder."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from app.local.paths import make_data_dir
from app.local.processes import LocalError


@contextlib.contextmanager
def locked(data: Path, who: str) -> Iterator[None]:
    """Hold the data folder for `who`, a few words that the next one is told. Raises LocalError if it is held."""
    make_data_dir(data)
    with (data / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise LocalError(f"{lock.read() or 'Another command'} already uses the data in {data}.") from None
        lock.truncate(0)
        lock.write(who)
        lock.flush()
        yield
        lock.truncate(0)
