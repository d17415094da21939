"""Messages as their customer reads them (CP-4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app.lib import dates
from app.lib.texts import preview
from app.messaging.models import Message, MessageKind


@dataclass(frozen=True)
class Line:
    """A message in the list."""

    id: int
    title: str
    preview: str
    at: datetime
    unread: bool
    over: bool
    """Expired, which outranks Read."""


@dataclass(frozen=True)
class Inbox:
    """`sender` names what has no title."""

    sender: str

    def lines(self, rows: Iterable[Row[Any]]) -> list[Line]:
        return [self._line(row) for row in rows]

    def title(self, row: Row[Any] | Message) -> str:
        if row.title:
            return str(row.title)
        named = {
            MessageKind.TRANSACTION: _("Your purchase"),
            MessageKind.WELCOME: _("Welcome"),
            MessageKind.COUPON: _("Your coupon"),
        }
        return named.get(row.kind, self.sender)

    def _line(self, row: Row[Any]) -> Line:
        over = row.ends_at is not None and row.ends_at <= dates.now()
        at = row.distributed_at or row.created_at
        return Line(row.id, self.title(row), preview(row.beginning, 120), at, row.read_at is None and not over, over)
