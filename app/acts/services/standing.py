"""What became of an act once issued: sent, signed, or neither after all (BI-6). Each is a row of its own."""

from __future__ import annotations

from datetime import date

from app import audit
from app.acts.models import Act, ActStanding, ActStatus
from app.acts.queries import standing_of
from app.db import current_scope
from app.extensions import db


def mark(act: Act, status: ActStatus, day: date) -> bool:
    """Whether that is news."""
    before = standing_of(act)
    if before == (status, day):
        return False
    db.session.add(
        ActStanding(business_id=act.business_id, act_id=act.id, status=status, day=day, user_id=current_scope().user_id)
    )
    db.session.flush()
    changes: dict[str, tuple[object, object]] = {"status": (int(before[0]), int(status)), "day": (before[1], day)}
    audit.record("act.mark", audit.Subject("act", act.id), changes)
    return True
