"""Months closed by the business's clock, and the files of what was issued made: by jobs, on all cores (BI-4).

A month's acts come in one unit of work of their business, and each file in one of its own; so a job that is killed
leaves what is whole, and the next one goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.dialects.postgresql import insert

from app.acts.models import ActClose
from app.acts.queries import closed_through, due_businesses, first_month, local_day, month_of, next_month
from app.acts.services.drawing import draw_act
from app.acts.services.issuing import NotReadyError, hold_series, issue
from app.billing.services import post_monthly_fees
from app.businesses.queries import own_business
from app.db import business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.scope import Scope

LATE = timedelta(hours=1)
"""After the end of a month, for what was begun in it to be written."""
JOB, QUEUE = "jobs.acts.close_months", "work"
LANES = ((1,), (2,))
"""Two jobs at once, one from either end of the list."""
_log = structlog.get_logger(__name__)


def work(lane: int, stop: Callable[[], bool]) -> None:
    """Closes what is over and draws what was issued, in every business, until there is nothing or `stop` says so."""
    due = due_businesses()
    for business in due if lane == 1 else reversed(due):
        if stop():
            return
        try:
            _close_and_draw(business, stop)
        except Exception:
            # One business's trouble is not that of the others.
            _log.exception("acts not made", business=business)


def close_months(now: datetime | None = None) -> int:
    """Issues acts for the months of this business that are over; answers with their number.

    The last closed month is looked at once more: what was charged in it late comes as a correction. Where requisites
    are missing nothing is closed, and the months wait as drafts.
    """
    now = now or dates.now()
    hold_series()
    post_monthly_fees(now)
    closed, month = closed_through(), closed_through() or first_month()
    end = month_of(local_day(now - LATE, own_business().time_zone))
    issued = 0
    try:
        while month and month < end:
            issued += issue(month, now) is not None
            closed, month = month, next_month(month)
    except NotReadyError:
        return issued
    if closed:
        adding = insert(ActClose).values(business_id=business_id(), month=closed)
        db.session.execute(adding.on_conflict_do_update(index_elements=["business_id"], set_={"month": closed}))
    return issued


def _close_and_draw(business: int, stop: Callable[[], bool]) -> None:
    with unit_of_work(Scope(business)):
        close_months()
    drawn = True
    while drawn and not stop():
        with unit_of_work(Scope(business)):
            drawn = draw_act()
