"""Batches that nobody decided about: they lapse, so that nothing is kept or set aside for ever."""

from __future__ import annotations

from sqlalchemy import select

from app import audit
from app.bulk.models import RESTING, RESTS_LAST, Batch, BatchState
from app.bulk.services.ending import settle
from app.db import business_id
from app.extensions import db
from app.lib import dates


def lapse_resting() -> int:
    """Cancels a batch of this business that waited for a second person, or was paused, for 30 days; answers with how
    many that were. What is done stays, and a note says what became of it.
    """
    mine = Batch.business_id == business_id(), Batch.state.in_(RESTING)
    old = select(Batch).where(*mine, Batch.rests_since < dates.now() - RESTS_LAST).order_by(Batch.id)
    batch = db.session.scalars(old.limit(1).with_for_update(skip_locked=True)).first()
    if batch is None:
        return 0
    batch.state = BatchState.CANCELLING
    settle(batch)
    audit.record("batch.lapse", audit.Subject("batch", batch.id), {})
    return 1
