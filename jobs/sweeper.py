"""The sweeper: `python -m jobs.sweeper` finds what is due, lost jobs or not, and has workers look at it.

Several may run, one works. With Redis gone for half a minute it does the work itself.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from flask import Flask, current_app
from sqlalchemy import Connection, text

from app.accounts import services as accounts
from app.acts.queries import due_businesses
from app.acts.services import closing
from app.bulk.queries import due_batches
from app.bulk.services import steering as batches
from app.bulk.services.running import work
from app.db import autocommit_engine
from app.imports.queries import due_imports
from app.imports.services import reading, uploading
from app.messaging.queries import businesses_to_send
from app.messaging.services import send_due
from app.messaging.services.waking import JOB, QUEUE
from app.queue import wake_now
from app.scope import Scope
from jobs.starting import started

EVERY = 5.0  # seconds
WITHOUT_REDIS = 30.0  # seconds for which workers are given the chance to be woken
AT_ONCE = 5.0  # seconds that a business's work takes here at most
_LOCK = text("SELECT pg_try_advisory_lock(7203)")
# Whose machine stopped in the middle, and answers for it still, holds the lock for no longer than a minute.
_LET_GO = text("SET idle_session_timeout = '60s'")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Chore:
    """What may be due: where, the job that does it, and how it is done without one."""

    job: str
    queue: str
    due: Callable[[], Iterable[tuple[int, ...]]]
    """Ids that the job takes."""
    work: Callable[..., object]


def _some_seconds() -> Callable[[], bool]:
    end = time.monotonic() + AT_ONCE
    return lambda: time.monotonic() > end


CHORES = (
    Chore(
        *(JOB, QUEUE),
        lambda: ((business,) for business in businesses_to_send()),
        lambda business: send_due(Scope(business), AT_ONCE),
    ),
    Chore(
        *accounts.PASSWORD_LETTERS,
        lambda: ((),) if accounts.password_letters_due() else (),
        accounts.send_password_letters,
    ),
    Chore(
        *(batches.JOB, batches.QUEUE),
        due_batches,
        lambda business, batch: work(business, batch, _some_seconds()),
    ),
    Chore(
        *(uploading.JOB, uploading.QUEUE),
        due_imports,
        lambda business, number: reading.work(business, number, _some_seconds()),
    ),
    Chore(
        *(closing.JOB, closing.QUEUE),
        lambda: closing.LANES if due_businesses() else (),
        lambda lane: closing.work(lane, _some_seconds()),
    ),
)


class Sweeper:
    """Looks again and again, as long as it holds the lock that only one has."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        self.app, self.stop = app, stop
        self.redis_seen = time.monotonic()
        self.lock: Connection | None = None

    def run(self) -> None:
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                with self.app.app_context():
                    if self.holds_lock():
                        self.sweep()
            except Exception:
                _log.exception("sweep failed")
                self.give_up_lock()
            self.stop.wait(max(0.1, EVERY - (time.monotonic() - began)))
        self.give_up_lock()

    def sweep(self) -> None:
        for chore in CHORES:
            for each in chore.due():
                # Asked each time: where all is done here the round is a long one, and a lock that rests is let go.
                if self.stop.is_set() or not self.holds_lock():
                    return
                self._wake(chore, each)

    def holds_lock(self) -> bool:
        """Whether this is the one that works; a connection that was lost took the lock with it."""
        if self.lock is not None:
            self.lock.execute(text("SELECT 1"))
            return True
        connection = autocommit_engine().connect()
        if connection.execute(_LOCK).scalar_one():
            self.lock = connection
            connection.execute(_LET_GO)
        else:
            connection.close()
        return self.lock is not None

    def give_up_lock(self) -> None:
        if self.lock is not None:
            self.lock.invalidate()
            self.lock.close()
            self.lock = None

    def _wake(self, chore: Chore, ids: tuple[int, ...]) -> None:
        if wake_now(current_app.config["REGULARS"].redis_url, chore.job, *ids, queue=chore.queue):
            self.redis_seen = time.monotonic()
        elif time.monotonic() - self.redis_seen > WITHOUT_REDIS:
            self._do(chore, ids)

    def _do(self, chore: Chore, ids: tuple[int, ...]) -> None:
        """One that fails keeps nobody else waiting."""
        try:
            chore.work(*ids)
        except Exception:
            _log.exception("chore failed", job=chore.job, ids=ids)


def main() -> None:
    app, stop = started()
    Sweeper(app, stop).run()


if __name__ == "__main__":
    main()
