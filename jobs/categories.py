"""Assignment rules of categories over all customers (AC-3)."""

import time

from app.businesses.queries import every_business
from app.customers.services.assigning import assign_chunk
from app.db import unit_of_work
from app.loyalty.services.category_runs import start_due_runs
from app.scope import Scope
from jobs import job

AT_ONCE = 20  # seconds; what is left is done the next time


@job
def assign_categories(business: int) -> None:
    """Go on with the runs of one business, whose rules a person changed."""
    _assign(business, time.monotonic())


@job
def assign_all_categories() -> None:
    """Start the runs that are due, and go on with those that were left."""
    began = time.monotonic()
    for business in every_business():
        with unit_of_work(Scope(business)):
            start_due_runs()
        _assign(business, began)


def _assign(business: int, began: float) -> None:
    while time.monotonic() - began < AT_ONCE:
        with unit_of_work(Scope(business)):
            if not assign_chunk():
                return
