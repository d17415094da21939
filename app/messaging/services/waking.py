"""Has a worker look at once at what is to be sent."""

from __future__ import annotations

from app.queue import wake
from app.scope import Scope

JOB = "jobs.messages.send_messages"
QUEUE = "messages"


def wake_worker(scope: Scope) -> None:
    """Once this unit of work commits, and once only while no worker has begun."""
    wake(JOB, scope.business_id or 0, queue=QUEUE)
