"""Events are kept for thirty days, with what was answered (RELIABILITY)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.webhooks.models import Attempt, Delivery, Happened

KEPT = timedelta(days=30)
AT_ONCE = 1_000


def forget_old() -> int:
    """Removes the oldest of what is too old, with deliveries and answers; answers with how many events."""
    old = (
        select(Happened.id)
        .where(Happened.business_id == business_id(), Happened.at < dates.now() - KEPT)
        .order_by(Happened.at, Happened.id)
        .limit(AT_ONCE)
    )
    events = db.session.scalars(old.with_for_update(skip_locked=True)).all()
    of_them = select(Delivery.id).where(Delivery.business_id == business_id(), Delivery.event_id.in_(events))
    deliveries = db.session.scalars(of_them).all()
    for kind, column, numbers in (
        (Attempt, Attempt.delivery_id, deliveries),
        (Delivery, Delivery.id, deliveries),
        (Happened, Happened.id, events),
    ):
        db.session.execute(delete(kind).where(kind.business_id == business_id(), column.in_(numbers)))
    return len(events)
