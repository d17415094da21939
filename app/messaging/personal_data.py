"""What was written to a customer and by it, for the file that it may ask for (CP-8)."""

from __future__ import annotations

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.messaging.models import Message


def personal_data(customer_id: int) -> list[dict[str, object]]:
    """Every message whole, oldest first; a PIN's text is held nowhere (MS-2)."""
    mine = select(Message).where(Message.business_id == business_id(), Message.customer_id == customer_id)
    return [_described(message) for message in db.session.scalars(mine.order_by(Message.created_at, Message.id))]


def _described(message: Message) -> dict[str, object]:
    return {
        "at": (message.distributed_at or message.created_at).isoformat(),
        "direction": message.direction.name.lower(),
        "kind": message.kind.name.lower(),
        "channel": message.channel.name.lower(),
        "title": message.title or None,
        "text": message.text or None,
        "status": message.status.name.lower(),
        "read_at": message.read_at.isoformat() if message.read_at else None,
    }
