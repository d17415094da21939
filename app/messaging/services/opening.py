"""Customers open messages on their own page, which alone makes them Read (CP-4)."""

from __future__ import annotations

from sqlalchemy import update

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Message
from app.messaging.queries import message_on_page


def open_on_page(customer_id: int, number: int) -> Message:
    """Keeps when a customer first opened a message of its own. Raises NotFound."""
    message = message_on_page(customer_id, number)
    mine = Message.business_id == business_id(), Message.id == message.id
    db.session.execute(update(Message).where(*mine, Message.read_at.is_(None)).values(read_at=dates.now()))
    return message
