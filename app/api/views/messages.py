"""Messages of a customer (CP-4)."""

from __future__ import annotations

from typing import Any, Literal

from app.api.operations import operation
from app.api.paging import key_of, page_shown
from app.api.schemas import Moment, PageQuery, PageShown, Shown
from app.api.views.customers import standing_for
from app.lib.texts import preview
from app.messaging import queries
from app.messaging.models import Direction, MessageKind
from app.messaging.words import Reading, reading_of
from app.permissions import KeyScope


class MessageShown(Shown):
    """A message to a customer, or from it."""

    id: int
    kind: Literal["transaction", "welcome", "pin", "coupon", "bulk", "news", "notice"]
    channel: Literal["sms", "push", "email", "viber", "panel"]
    incoming: bool
    """Whether the customer wrote it."""
    title: str
    preview: str
    """How its text begins; empty of a PIN."""
    status: Literal["queued", "held", "unpaid", "sent", "unknown", "delivered", "failed", "rejected", "read"]
    """What became of it on its way."""
    reading: Literal["new", "read", "expired"] | None
    """Whether the customer opened it on its own page; null of what it wrote itself."""
    distributed_at: Moment | None
    """When it left the house, or came in."""


class WholeMessageShown(MessageShown):
    """A message with its text."""

    text: str | None
    """Null of a PIN, which nobody but its customer reads."""


@operation("GET", "/customers/<int:customer_id>/messages", KeyScope.READ_MESSAGES, looks_up=True)
def list_messages(customer_id: int, query: PageQuery) -> PageShown[MessageShown]:
    """List the messages of a customer, newest first."""
    key = key_of(query)
    rows = queries.messages(standing_for(customer_id).id, key)
    return page_shown(rows, key, lambda row: MessageShown(**_told(row, row.beginning)))


@operation("GET", "/customers/<int:customer_id>/messages/<int:message_id>", KeyScope.READ_MESSAGES, looks_up=True)
def read_message(customer_id: int, message_id: int) -> WholeMessageShown:
    """Read a message. It does not count as opened by the customer."""
    found = queries.message_named(message_id, standing_for(customer_id).id).Message
    text = None if found.kind is MessageKind.PIN else found.text
    return WholeMessageShown(**_told(found, found.text), text=text)


def _told(row: Any, beginning: str) -> dict[str, Any]:
    incoming = row.direction is Direction.IN
    return {
        "id": row.id,
        "kind": row.kind.name.lower(),
        "channel": row.channel.name.lower(),
        "incoming": incoming,
        "title": row.title,
        "preview": "" if row.kind is MessageKind.PIN else preview(beginning),
        "status": row.status.name.lower(),
        "reading": None if incoming else _reading(row),
        "distributed_at": row.distributed_at,
    }


def _reading(row: Any) -> str:
    reading: Reading = reading_of(row.ends_at, row.read_at)
    return reading.value
