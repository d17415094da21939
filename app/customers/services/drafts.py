"""Forgetting filters that were drawn up and never applied (CT-7)."""

from __future__ import annotations

from sqlalchemy import func, select

from app.db import unit_of_work
from app.extensions import db
from app.scope import Scope


def forget_drafts() -> int:
    """Removes the drafts of every business that lapsed, in a unit of work of its own; answers with their number."""
    with unit_of_work(Scope(None)):
        return int(db.session.execute(select(func.forget_drafts())).scalar_one())
