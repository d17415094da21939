"""A customer's messages as an address asks for them: lines, what is open, links (CP-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import Row

from app.address import address
from app.lib import dates
from app.lib.texts import preview
from app.messaging import queries
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus
from app.paging import Page, PageKey, page_of

MASK = "••••••"


class Reading(StrEnum):
    """Whether the customer opened a message on its own page; over, it is Expired whether it was opened or not."""

    NEW = "new"
    READ = "read"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Line:
    """A message as it is drawn in the list."""

    id: int
    title: str
    preview: str
    at: datetime | None
    channel: Channel
    status: MessageStatus
    incoming: bool
    reading: Reading | None
    """None of what the customer wrote."""


@dataclass(frozen=True)
class Opened:
    """A message with its whole text; None is a PIN's, which is not shown (MS-2)."""

    row: Message
    line: Line
    text: str | None
    place: str | None
    author: str | None


class Messages:
    """Reads an address and answers with what the page draws. Raises BadAddress, and NotFound for what is open."""

    def __init__(self, customer_id: int, args: Mapping[str, str], opened: int | None = None) -> None:
        self.customer_id = customer_id
        self.key = PageKey.from_args(args)
        self.opened = self._opened(opened) if opened else None

    @cached_property
    def page(self) -> Page[Line]:
        found = page_of(queries.messages(self.customer_id, self.key), self.key)
        return Page([self._line(row, row.beginning) for row in found.lines], found.previous, found.next)

    @property
    def opened_elsewhere(self) -> bool:
        """Whether what is open is none of this page's lines, as when another page led to it."""
        return self.opened is not None and all(line.id != self.opened.row.id for line in self.page.lines)

    @cached_property
    def channel_words(self) -> dict[Channel, str]:
        return {
            Channel.SMS: _("SMS"),
            Channel.PUSH: _("Push"),
            Channel.EMAIL: _("E-mail"),
            Channel.VIBER: _("Viber"),
            Channel.PANEL: _("Panel"),
        }

    @cached_property
    def status_words(self) -> dict[MessageStatus, str]:
        return {
            MessageStatus.QUEUED: _("Queued"),
            MessageStatus.HELD: _("Held back"),
            MessageStatus.UNPAID: _("Unpaid"),
            MessageStatus.SENT: _("Sent"),
            MessageStatus.UNKNOWN: _("Unknown"),
            MessageStatus.DELIVERED: _("Delivered"),
            MessageStatus.FAILED: _("Failed"),
            MessageStatus.REJECTED: _("Rejected"),
            MessageStatus.READ: _("Seen"),
        }

    @cached_property
    def reading_words(self) -> dict[Reading, str]:
        return {Reading.NEW: _("New"), Reading.READ: _("Read"), Reading.EXPIRED: pgettext("message", "Expired")}

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return self._href(place) if place else None

    def line_href(self, number: int) -> str:
        """Opens a line, or closes it when it is open, and leaves the page as it is."""
        is_open = self.opened is not None and self.opened.row.id == number
        return self._base + ("" if is_open else f"/{number}") + self._query

    @cached_property
    def _base(self) -> str:
        return self._href({})

    @cached_property
    def _query(self) -> str:
        return self._href(self.key.args() if self.key else {}).removeprefix(self._base)

    @cached_property
    def _titles(self) -> dict[MessageKind, str]:
        """What a message without a title is called."""
        return {
            MessageKind.TRANSACTION: _("Notice of a sale"),
            MessageKind.WELCOME: _("Welcome"),
            MessageKind.PIN: _("PIN"),
            MessageKind.COUPON: _("Coupon"),
            MessageKind.BULK: _("Message"),
            MessageKind.NEWS: _("News"),
            MessageKind.NOTICE: _("Notice"),
        }

    def _href(self, place: dict[str, str]) -> str:
        return address("messaging.of_customer", place, customer_id=self.customer_id)

    def _line(self, row: Row[Any] | Message, beginning: str) -> Line:
        incoming = row.direction is Direction.IN
        return Line(
            *(row.id, row.title or self._titles[row.kind]),
            preview=MASK if row.kind is MessageKind.PIN else preview(beginning),
            at=row.distributed_at,
            channel=row.channel,
            status=row.status,
            incoming=incoming,
            reading=None if incoming else _reading(row.ends_at, row.read_at),
        )

    def _opened(self, number: int) -> Opened:
        row = queries.message_named(self.customer_id, number)
        message: Message = row.Message
        text = None if message.kind is MessageKind.PIN else message.text
        return Opened(message, self._line(message, message.text), text, row.place, row.author)


def _reading(ends_at: datetime | None, read_at: datetime | None) -> Reading:
    if ends_at is not None and ends_at <= dates.now():
        return Reading.EXPIRED
    return Reading.NEW if read_at is None else Reading.READ
