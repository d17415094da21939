"""What is done with messages (CP-8)."""

from __future__ import annotations

from sqlalchemy import case, update

from app.db import business_id
from app.extensions import db
from app.messaging.models import Message, MessageStatus

WAITING = (MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.UNPAID)


def forget_texts(customer_id: int) -> None:
    """Empties what was written to a customer and by it; what has not left the house yet is not sent any more."""
    status = case((Message.status.in_(WAITING), MessageStatus.REJECTED), else_=Message.status)
    mine = update(Message).where(Message.business_id == business_id(), Message.customer_id == customer_id)
    db.session.execute(mine.values(title="", text="", reason="", status=status))
