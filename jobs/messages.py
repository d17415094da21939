"""Sending the messages of a business."""

import time

from flask import current_app

from app.messaging.services import send_due
from app.messaging.services.hearing import close_gateways
from app.messaging.services.waking import JOB, QUEUE
from app.queue import jobs_waiting, wake_now
from app.scope import Scope
from jobs import job, stopping

AT_ONCE = 20  # seconds; then others come first, and what is left is done by the next job
GLANCE = 1.0  # seconds between two looks at the queue


@job
def send_messages(business: int) -> None:
    """Send what is due, until there is nothing, or others wait to be sent for."""
    try:
        if send_due(Scope(business), AT_ONCE, Turn()):
            wake_now(current_app.config["REGULARS"].redis_url, JOB, business, queue=QUEUE)
    finally:
        close_gateways()


class Turn:
    """Tells whether this job is to give way: the worker is to stop, or jobs of other businesses wait."""

    def __init__(self) -> None:
        self.looked = time.monotonic()

    def __call__(self) -> bool:
        if stopping.is_set():
            return True
        if time.monotonic() - self.looked < GLANCE:
            return False
        self.looked = time.monotonic()
        return jobs_waiting(QUEUE) > 0
