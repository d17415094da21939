"""Batches of bulk actions: a job works one for some seconds, then wakes the next (RELIABILITY: bulk work)."""

import time

from flask import current_app

from app.bulk.services.lapsing import lapse_resting
from app.bulk.services.running import work
from app.bulk.services.steering import JOB, QUEUE, forget_drafts
from app.queue import wake_now
from jobs import job, stopping
from jobs.each import AT_ONCE, until_done


@job
def work_batch(business: int, batch: int) -> None:
    """Work a batch, and wake the next job when there is more of it; a worker that is to end finishes its chunk."""
    end = time.monotonic() + AT_ONCE
    if work(business, batch, lambda: stopping.is_set() or time.monotonic() > end):
        wake_now(current_app.config["REGULARS"].redis_url, JOB, business, batch, queue=QUEUE)


@job
def forget_batches() -> None:
    """Remove the drafts that nobody confirmed, and cancel what nobody decided about."""
    until_done(forget_drafts)
    until_done(lapse_resting)
