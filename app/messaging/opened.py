"""One message opened: its whole text, the way that it went, what it cost, what a person can do about it (MS-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app.billing.queries import message_price, spendable, tariff_at
from app.identity import person
from app.lib import dates
from app.messaging.models import Channel, Message, MessageKind, MessageStatus
from app.messaging.services.from_platform import page_of_note
from app.messaging.services.pins import pin_is_private
from app.permissions import Permission

LEFT = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
TONES = {
    MessageStatus.DELIVERED: "ok",
    MessageStatus.READ: "ok",
    MessageStatus.HELD: "warn",
    MessageStatus.UNPAID: "warn",
    MessageStatus.UNKNOWN: "warn",
    MessageStatus.FAILED: "bad",
    MessageStatus.REJECTED: "bad",
}
"""Of a status that is no plain one."""


@dataclass(frozen=True)
class Step:
    """A stage of a message's way; its moment where one is known."""

    words: str
    at: datetime | None = None
    tone: str = ""


@dataclass(frozen=True)
class Missing:
    """What keeps a message from going, in the currency's smallest unit."""

    price: int
    balance: int

    @property
    def amount(self) -> int:
        return self.price - self.balance


class Opened:
    """`found` is what queries.message_named answers with."""

    def __init__(self, found: Row[Any], status_words: dict[MessageStatus, str]) -> None:
        self.row: Message = found.Message
        self.author: str | None = found.author
        self.program: str | None = found.program
        self.found = found
        self._words = status_words

    @property
    def text(self) -> str | None:
        """None is a PIN's, which is not kept with the message (MS-2)."""
        return None if self.row.kind is MessageKind.PIN else self.row.text

    @cached_property
    def pin_is_private(self) -> bool | None:
        """Of a PIN: whether it is its customer's alone; None once it serves no more."""
        return pin_is_private(self.row.id)

    @property
    def unread(self) -> bool:
        return self.row.incoming and self.row.read_at is None

    @property
    def page_href(self) -> str | None:
        """Where that is which a note of the platform tells of."""
        return page_of_note(self.row.dedupe_key) if self.row.incoming else None

    @property
    def place(self) -> str | None:
        """Where its cause happened; a note to the business names a place only to say whose it is."""
        return self.found.place if self.row.customer_id else None

    @cached_property
    def steps(self) -> list[Step]:
        row = self.row
        if row.incoming:
            opened = _("Opened by %(name)s", name=self.author) if self.author else _("Opened")
            return [Step(_("Received"), row.created_at), *([Step(opened, row.read_at)] if row.read_at else [])]
        gone = [Step(_("Sent"), row.distributed_at)] if row.distributed_at else []
        ended = [] if row.status is MessageStatus.SENT and gone else [self._now]
        return [Step(_("Written"), row.created_at), *gone, *ended]

    @property
    def _now(self) -> Step:
        return Step(self._words[self.row.status], None, TONES.get(self.row.status, ""))

    @cached_property
    def price(self) -> int | None:
        """What it was charged or has reserved; None for who keeps no books, and where it costs nothing."""
        return message_price(self.row.id) if self.row.channel in (Channel.SMS, Channel.VIBER) else None

    @cached_property
    def missing(self) -> Missing | None:
        """What an unpaid one waits for, told to who keeps the books."""
        if self.row.status is not MessageStatus.UNPAID or not person().may(Permission.EDIT_BUSINESS):
            return None
        tariff = tariff_at(dates.now())
        if tariff is None:
            return None
        is_sms = self.row.channel is Channel.SMS
        price = tariff.sms_price * self.row.segments if is_sms else tariff.viber_price
        return Missing(price, spendable())

    @property
    def may_handle(self) -> bool:
        return person().may(Permission.HANDLE_MESSAGES)
