"""Who opened as many customers as a day allows, and forgetting whom (CT-11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, update

from app import audit
from app.customers.models import OpenedProfiles
from app.customers.opening import MOST as MOST
from app.db import business_id
from app.extensions import db
from app.lib import dates


def take_refused() -> Sequence[int]:
    """The users who wanted to open more, each once a day, with a line in the audit log."""
    new = OpenedProfiles.business_id == business_id(), OpenedProfiles.refused_at.is_not(None)
    told = update(OpenedProfiles).where(*new, OpenedProfiles.told_at.is_(None)).values(told_at=dates.now())
    users = db.session.scalars(told.returning(OpenedProfiles.user_id)).all()
    for user in sorted(users):
        audit.record("user.open_too_many", audit.Subject("user", user), {})
    return users


def forget_openings() -> None:
    """Removes whom people of this business opened on days that are over in every time zone."""
    mine = OpenedProfiles.business_id == business_id()
    db.session.execute(delete(OpenedProfiles).where(mine, OpenedProfiles.day < dates.now().date() - timedelta(days=1)))
