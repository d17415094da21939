"""What the platform writes to a business: it comes into its messages, unread (MS-1)."""

from __future__ import annotations

import uuid

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus


def write_to_business(text: str, title: str = "") -> int:
    """Answers with the message's id."""
    now = dates.now()
    message = Message(
        business_id=business_id(),
        direction=Direction.IN,
        kind=MessageKind.NOTICE,
        channel=Channel.PANEL,
        title=title,
        text=text,
        status=MessageStatus.DELIVERED,
        dedupe_key=f"platform:{uuid.uuid4()}",
        created_at=now,
        distributed_at=now,
    )
    db.session.add(message)
    db.session.flush()
    return message.id
