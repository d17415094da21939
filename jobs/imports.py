"""Files of customers: a job reads one for some seconds, then wakes the next (RELIABILITY: bulk work)."""

import time

from flask import current_app

from app.businesses.queries import every_business
from app.db import unit_of_work
from app.imports.services.forgetting import forget_old
from app.imports.services.reading import work
from app.imports.services.uploading import JOB, QUEUE
from app.queue import wake_now
from app.scope import Scope
from jobs import job, stopping

AT_ONCE = 20  # seconds


@job
def read_import(business: int, number: int) -> None:
    """Read on in a file, and wake the next job when there is more of it."""
    end = time.monotonic() + AT_ONCE
    if work(business, number, lambda: stopping.is_set() or time.monotonic() > end):
        wake_now(current_app.config["REGULARS"].redis_url, JOB, business, number, queue=QUEUE)


@job
def forget_imports() -> None:
    """Remove the files and rows that are kept long enough."""
    began = time.monotonic()
    for business in every_business():
        left = True
        while left and time.monotonic() - began < AT_ONCE:
            with unit_of_work(Scope(business)):
                left = forget_old() > 0
