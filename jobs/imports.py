"""Files of customers: a job reads one for some seconds, then wakes the next (RELIABILITY: bulk work)."""

import time

from flask import current_app

from app.imports.services.forgetting import forget_old
from app.imports.services.reading import work
from app.imports.services.uploading import JOB, QUEUE
from app.queue import wake_now
from jobs import job, stopping
from jobs.each import AT_ONCE, until_done


@job
def read_import(business: int, number: int) -> None:
    """Read on in a file, and wake the next job when there is more of it."""
    end = time.monotonic() + AT_ONCE
    if work(business, number, lambda: stopping.is_set() or time.monotonic() > end):
        wake_now(current_app.config["REGULARS"].redis_url, JOB, business, number, queue=QUEUE)


@job
def forget_imports() -> None:
    """Remove the files and rows that are kept long enough."""
    until_done(forget_old)
