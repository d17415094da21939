"""Categories by the assignment rules: of one customer with each sale, and of all of them in chunks (AC-3)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text

from app import audit
from app.customers.models import Customer, Enrolment
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.loyalty.models import CategoryRun

CHUNK = 5_000
"""Customers in one unit of work: a second at most, for which their sales wait."""


def assign_categories(program_id: int, customers: Sequence[int]) -> int:
    """Gives customers what the rules say, but for those set by hand; answers with how many moved.

    Needs them held: figures that change meanwhile would be missed.
    """
    values = {"program": program_id, "customers": list(customers), "moment": dates.now()}
    statement = text("SELECT assign_categories(:program, CAST(:customers AS bigint[]), :moment)")
    return int(db.session.execute(statement, values).scalar_one())


def assign_chunk(most: int = CHUNK) -> int:
    """Goes on with a run of this business; answers with how many customers it looked at, 0 when none is to be done.

    Where it has come to is written with what it did, so it goes on after a kill as if there had been none.
    """
    open_runs = select(CategoryRun).where(CategoryRun.business_id == business_id(), CategoryRun.finished_at.is_(None))
    run = db.session.scalars(
        open_runs.order_by(CategoryRun.started_at, CategoryRun.program_id).limit(1).with_for_update(skip_locked=True)
    ).first()
    if run is None:
        return 0
    customers = _next(run, most)
    if not customers:
        _finish(run)
        return assign_chunk(most)
    run.moved += assign_categories(run.program_id, customers)
    run.looked += len(customers)
    run.looked_to = customers[-1]
    db.session.flush()
    return len(customers)


def _next(run: CategoryRun, most: int) -> Sequence[int]:
    """The customers behind the last one, held in the order of their ids."""
    enrolled = select(Enrolment.customer_id).where(
        Enrolment.business_id == business_id(),
        Enrolment.program_id == run.program_id,
        Enrolment.customer_id > run.looked_to,
    )
    chunk = enrolled.order_by(Enrolment.customer_id).limit(most).subquery()
    held = select(Customer.id).where(Customer.business_id == business_id(), Customer.id == chunk.c.customer_id)
    return db.session.scalars(held.order_by(Customer.id).with_for_update(key_share=True, of=Customer)).all()


def _finish(run: CategoryRun) -> None:
    run.finished_at = dates.now()
    db.session.flush()
    told = {"looked": (None, run.looked), "moved": (None, run.moved)}
    audit.record("category.assign", audit.Subject("program", run.program_id), told)
