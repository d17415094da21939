"""What is kept of webhooks, and for how long."""

import time

from app.businesses.queries import every_business
from app.db import unit_of_work
from app.scope import Scope
from app.webhooks.services import forget_old
from jobs import job

AT_ONCE = 20  # seconds; what is left is done the next time


@job
def forget_events() -> None:
    """Remove what addresses were told more than thirty days ago, with their answers."""
    began = time.monotonic()
    for business in every_business():
        left = True
        while left and time.monotonic() - began < AT_ONCE:
            with unit_of_work(Scope(business)):
                left = forget_old() > 0
