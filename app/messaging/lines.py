"""What every list of messages shows: lines, the message that is open (CP-4, MS-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app import lines
from app.lib.texts import preview
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus
from app.messaging.opened import Opened
from app.messaging.words import Reading, Words, reading_of

MASK = "••••••"


@dataclass(frozen=True)
class Line:
    """A message as it is drawn in a list."""

    id: int
    title: str
    preview: str
    at: datetime | None
    """When it left the house, or came in."""
    channel: Channel
    status: MessageStatus
    incoming: bool
    reading: Reading | None
    """None of what the customer wrote."""
    unread: bool
    """Whether it came in and nobody here has opened it yet."""


class Lines(Words, lines.Lines):
    """A page of messages, one of which may be open below its line."""

    opened: Opened | None

    @property
    def open_row(self) -> Message | None:
        return self.opened.row if self.opened else None

    def line(self, row: Row[Any] | Message, beginning: str) -> Line:
        incoming = row.direction is Direction.IN
        return Line(
            *(row.id, row.title or self.title_of(row.kind, incoming)),
            preview=MASK if row.kind is MessageKind.PIN else preview(beginning),
            at=row.distributed_at,
            channel=row.channel,
            status=row.status,
            incoming=incoming,
            reading=None if incoming else reading_of(row.ends_at, row.read_at),
            unread=incoming and row.read_at is None,
        )

    def open(self, found: Row[Any]) -> Opened:
        """A message that queries.message_named found."""
        return Opened(found, self.status_words)
