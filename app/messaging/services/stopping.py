"""Messages that are not sent after all, as what they tell of was undone (BA-14)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.messaging.models import Reason
from app.messaging.services.spending import release

# What a worker has, or had when money was reserved for it, goes on. A push of SMART that went is followed by no SMS.
_STOP = text(
    """
    WITH told AS MATERIALIZED (
        SELECT id, status FROM message WHERE business_id = :business AND dedupe_key = ANY(:keys)
    ), held AS MATERIALIZED (
        SELECT o.message_id FROM message_outbox o JOIN told ON told.id = o.message_id
        WHERE o.business_id = :business
            AND (o.step IN (4, 5) OR o.step = 1 AND (o.attempts = 0 OR told.status = 2))
        ORDER BY o.message_id FOR UPDATE OF o
    ), gone AS (
        DELETE FROM message_outbox o USING held WHERE o.business_id = :business AND o.message_id = held.message_id
        RETURNING o.message_id
    ), stopped AS (
        UPDATE message m SET status = 8, reason = :reason FROM gone
        WHERE m.business_id = :business AND m.id = gone.message_id AND m.status IN (1, 2, 3)
    )
    SELECT message_id FROM gone
    """
)


def stop_messages(keys: Sequence[str]) -> None:
    """Those of the dedupe keys, and the SMS of SMART behind them; what has left stays as it is."""
    wanted = [*keys, *(f"{key}:sms" for key in keys)]
    values = {"business": business_id(), "keys": wanted, "reason": Reason.UNDONE.value}
    release(list(db.session.execute(_STOP, values).scalars()))
