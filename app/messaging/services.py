"""What is done with messages: written as rows that go out later, and forgotten (CP-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, case, update
from sqlalchemy.dialects.postgresql import insert

from app.db import business_id
from app.extensions import db
from app.lib.sms import segments
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus

# Made once, and of the table: it takes a third of the time of the model's.
_WRITE = insert(cast(Table, Message.__table__)).on_conflict_do_nothing()
WAITING = (MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.UNPAID)


@dataclass(frozen=True)
class Letter:
    """A message to a customer, its text final. `dedupe_key` makes it be written once."""

    kind: MessageKind
    channel: Channel
    text: str
    language: str
    dedupe_key: str
    title: str = ""


def write_letters(
    customer_id: int, letters: Sequence[Letter], *, point_of_sale_id: int | None = None, terminal_id: int | None = None
) -> None:
    """Writes messages in the unit of work of their cause; one whose key is known is not written again."""
    where = {"point_of_sale_id": point_of_sale_id, "terminal_id": terminal_id}
    rows = [
        {
            "business_id": business_id(),
            "customer_id": customer_id,
            "direction": Direction.OUT,
            "kind": each.kind,
            "channel": each.channel,
            "title": each.title,
            "text": each.text,
            "language": each.language,
            "segments": len(segments(each.text)) if each.channel is Channel.SMS else 0,
            "status": MessageStatus.QUEUED,
            "dedupe_key": each.dedupe_key,
            **where,
        }
        for each in letters
    ]
    if rows:
        db.session.execute(_WRITE, rows)


def forget_texts(customer_id: int) -> None:
    """Empties what was written to a customer and by it; what has not left the house yet is not sent any more."""
    status = case((Message.status.in_(WAITING), MessageStatus.REJECTED), else_=Message.status)
    mine = update(Message).where(Message.business_id == business_id(), Message.customer_id == customer_id)
    db.session.execute(mine.values(title="", text="", reason="", status=status))
