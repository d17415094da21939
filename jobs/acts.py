"""Months that are over get their acts, and acts their files (BI-4)."""

import time

from flask import current_app

from app.acts.queries import due_businesses
from app.acts.services.closing import JOB, QUEUE, work
from app.queue import wake_now
from jobs import job, stopping

AT_ONCE = 20  # seconds


@job
def close_months(lane: int) -> None:
    """Work on one of two lanes, and wake the next job when there is more."""
    end = time.monotonic() + AT_ONCE
    work(lane, lambda: stopping.is_set() or time.monotonic() > end)
    if time.monotonic() > end and not stopping.is_set() and due_businesses():
        wake_now(current_app.config["REGULARS"].redis_url, JOB, lane, queue=QUEUE)
