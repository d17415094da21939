"""Starting to apply a program's assignment rules to all its customers: after a change of them, and each day (AC-3)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Category, CategoryRun
from app.queue import enqueue

EVERY = timedelta(days=1)
"""Purchases leave the months that count without anyone doing anything."""


def start_run(program_id: int) -> None:
    """Has every customer of a program looked at from the first one on; a run under way begins anew."""
    begins = {"looked_to": 0, "looked": 0, "moved": 0, "started_at": dates.now(), "finished_at": None}
    row = insert(CategoryRun).values(business_id=business_id(), program_id=program_id, **begins)
    db.session.execute(row.on_conflict_do_update(index_elements=["business_id", "program_id"], set_=begins))
    enqueue("jobs.categories.assign_categories", business_id())


def start_due_runs() -> None:
    """Starts those of the programs whose rules look at the last months, a day after the last run ended."""
    recent = exists().where(
        CategoryRun.business_id == Category.business_id,
        CategoryRun.program_id == Category.program_id,
        CategoryRun.finished_at.is_(None) | (CategoryRun.started_at > dates.now() - EVERY),
    )
    due = select(Category.program_id).where(Category.business_id == business_id(), Category.months.is_not(None))
    for program_id in db.session.scalars(due.where(~recent).distinct().order_by(Category.program_id)).all():
        start_run(program_id)
