"""Batches of bulk actions: a job works one for some seconds, then wakes the next (RELIABILITY: bulk work)."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.bulk.queries import due_batches
from app.bulk.services.running import work
from app.bulk.services.steering import JOB, forget_drafts
from app.businesses.queries import every_business
from app.db import unit_of_work
from app.queue import enqueue
from app.scope import Scope
from jobs import job

AT_ONCE = 20  # seconds


@job
def work_batch(business: int, batch: int) -> None:
    """Work a batch, and wake the next job when there is more of it."""
    end = time.monotonic() + AT_ONCE
    with told_to_stop() as told:
        more = work(business, batch, lambda: told.is_set() or time.monotonic() > end)
    if more:
        with unit_of_work(Scope(business)):
            enqueue(JOB, business, batch)


@job
def wake_batches() -> None:
    """Wake what was left lying: its job was lost, or its hour has come."""
    for business, batch in due_batches():
        with unit_of_work(Scope(business)):
            enqueue(JOB, business, batch)


@job
def forget_batches() -> None:
    """Remove the drafts that nobody confirmed."""
    for business in every_business():
        with unit_of_work(Scope(business)):
            forget_drafts()


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Set by SIGTERM, so that the chunk under way is finished."""
    told = threading.Event()
    before: Any = signal.signal(signal.SIGTERM, lambda *_: told.set())
    try:
        yield told
    finally:
        signal.signal(signal.SIGTERM, before)
