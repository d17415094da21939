"""SMART: a push, then once an SMS with the same text where it was not delivered (BA-2)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, Message
from app.messaging.services.writing import Addressed, Letter, write_to_many


def fall_back(messages: Collection[int]) -> None:
    """Writes the SMS of pushes that are not delivered; of each once, and not what is of no use any more."""
    if not messages:
        return
    mine = select(Message).where(
        *(Message.business_id == business_id(), Message.id.in_(messages)),
        *(Message.channel == Channel.PUSH, Message.valid_until > dates.now()),
    )
    write_to_many([_sms(each) for each in db.session.scalars(mine.order_by(Message.id))])


def _sms(push: Message) -> Addressed:
    letter = Letter(
        *(push.kind, Channel.SMS, push.text, push.language, f"{push.dedupe_key}:sms"),
        program_id=push.program_id,
        valid_until=push.valid_until,
        ends_at=push.ends_at,
        quoted=push.quoted,
    )
    return Addressed(push.customer_id or 0, letter, push.point_of_sale_id, push.terminal_id, push.user_id)
