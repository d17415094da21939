"""Letters about forgotten passwords: sent as they are asked for, and found by the sweeper (PR-5)."""

from app.accounts import forgotten
from app.queue import woken
from jobs import job


@job
def send_letters() -> None:
    """Send those that are due."""
    woken(queue=forgotten.QUEUE)
    forgotten.send_letters()
