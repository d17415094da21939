"""What is kept of sign-ins goes: with who signed in (CP-8), with its phone, and once it is of no use."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.my.models import MyCode, MySession
from app.my.services.sessions import IDLE, LONGEST

COUNTED = timedelta(days=2)
"""Codes are counted for a day."""


def forget_sign_ins(customer_id: int) -> None:
    """A step of an erasure, and of getting another phone: a record's sessions end, its codes are gone."""
    for kind in (MyCode, MySession):
        db.session.execute(delete(kind).where(kind.business_id == business_id(), kind.customer_id == customer_id))


def forget_old() -> None:
    """Removes this business's codes that count no more, and the sessions that nobody can use."""
    now = dates.now()
    codes = delete(MyCode).where(MyCode.business_id == business_id(), MyCode.created_at < now - COUNTED)
    over = or_(MySession.last_seen_at < now - IDLE, MySession.created_at < now - LONGEST)
    sessions = delete(MySession).where(MySession.business_id == business_id(), over)
    for gone in (codes, sessions):
        db.session.execute(gone)


def personal_data(customer_id: int) -> list[dict[str, object]]:
    """Where a customer is signed in, for the file that it may ask for (CP-8)."""
    mine = select(MySession).where(MySession.business_id == business_id(), MySession.customer_id == customer_id)
    rows = db.session.scalars(mine.order_by(MySession.created_at))
    return [{"since": row.created_at.isoformat(), "last_used": row.last_seen_at.isoformat()} for row in rows]
