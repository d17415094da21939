"""Messages and their templates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import (
    Channel,
    Direction,
    Message,
    MessageKind,
    MessageStatus,
    MessageTemplate,
    SimulatedMessage,
)
from tests.factories.rows import add


def add_message(customer_id: int | None, text: str = "Your purchase: +12 points.", **values: Any) -> int:
    """A notice that arrived at once as an SMS, of the brand unless told otherwise; answers with its id."""
    number = db.session.scalar(select(func.count()).select_from(Message))
    standard = {
        "direction": Direction.OUT,
        "kind": MessageKind.TRANSACTION,
        "channel": Channel.SMS,
        "status": MessageStatus.DELIVERED,
        "segments": 1,
        "dedupe_key": f"test:{number}",
        "created_at": values.get("distributed_at") or dates.now(),
        "distributed_at": dates.now(),
    }
    message = Message(business_id=business_id(), customer_id=customer_id, text=text, **(standard | values))
    add(message)
    return message.id


def add_simulated(message_id: int, text: str) -> int:
    """An SMS as the simulator took it; answers with the call's id."""
    taken = {"channel": Channel.SMS, "address": "+380674120855", "fate": "accepted", "arrived": True}
    words = {"sender": "", "title": "", "text": text, "language": "uk", "at": dates.now()}
    call = SimulatedMessage(business_id=business_id(), message_id=message_id, **taken, **words)
    add(call)
    return call.id


def add_template(
    name: str = "We miss you", text: str = "{first_name}, your coffee waits.", **values: Any
) -> MessageTemplate:
    """A template of an SMS in English unless told otherwise."""
    standard = {"channel": "sms", "texts": {"en": text}, "changed_at": dates.now()}
    template = MessageTemplate(business_id=business_id(), name=name, **(standard | values))
    add(template)
    return template
