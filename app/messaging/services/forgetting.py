"""Emptying what was written to an erased customer and by it (CP-8)."""

from __future__ import annotations

from sqlalchemy import case, delete, exists, select, text, update

from app.db import business_id
from app.extensions import db
from app.messaging.models import Message, MessageStatus, Outbox, PinText, Reason, SimulatedMessage
from app.messaging.services.spending import release

WAITING = (MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.UNPAID)

# What a gateway is being handed, or may have, is out of reach: its fate is written down. The rest is stopped, also
# what a worker has claimed: it finds no row, and does not send.
_STOP = text(
    """
    WITH held AS MATERIALIZED (
        SELECT o.message_id FROM message_outbox o JOIN message m ON m.business_id = :business AND m.id = o.message_id
        WHERE o.business_id = :business AND m.customer_id = :customer AND o.step NOT IN (3, 6)
        ORDER BY o.message_id FOR UPDATE OF o
    )
    DELETE FROM message_outbox o USING held WHERE o.business_id = :business AND o.message_id = held.message_id
    RETURNING o.message_id
    """
)


def forget_texts(customer_id: int) -> None:
    """Empties what was written to a customer and by it; what has not left the house yet is not sent any more.

    So is a reason in a gateway's words, which could name it; our own stay, as what a person said holds.
    """
    stopped = list(db.session.execute(_STOP, {"business": business_id(), "customer": customer_id}).scalars())
    release(stopped)
    still = exists().where(Outbox.business_id == Message.business_id, Outbox.message_id == Message.id)
    over = Message.status.in_(WAITING) & ~still
    values = {
        "status": case((over, MessageStatus.REJECTED), else_=Message.status),
        "reason": case((over, Reason.ERASED), (Message.reason.in_([*Reason]), Message.reason), else_=""),
    }
    mine = Message.business_id == business_id(), Message.customer_id == customer_id
    numbers = select(Message.id).where(*mine)
    db.session.execute(update(Message).where(*mine).values(title="", text="", **values))
    for kept in (PinText, SimulatedMessage):
        db.session.execute(delete(kept).where(kept.business_id == business_id(), kept.message_id.in_(numbers)))
