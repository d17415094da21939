"""Assignment rules of categories over all customers (AC-3)."""

import time

from app.customers.services.assigning import assign_chunk
from app.db import unit_of_work
from app.loyalty.services.category_runs import start_due_runs
from app.scope import Scope
from jobs import job
from jobs.each import AT_ONCE, in_each, until_done


@job
def assign_categories(business: int) -> None:
    """Go on with the runs of one business, whose rules a person changed."""
    end = time.monotonic() + AT_ONCE
    left = 1
    while left and time.monotonic() < end:
        with unit_of_work(Scope(business)):
            left = assign_chunk()


@job
def assign_all_categories() -> None:
    """Start the runs that are due, and go on with those that were left."""
    in_each(start_due_runs)
    until_done(assign_chunk)
