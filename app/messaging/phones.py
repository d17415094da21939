"""The simulator's page: phones with what arrived on each, or did not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app.customers.models import Customer
from app.lib import dates
from app.lib.formats import initials
from app.lib.texts import preview
from app.messaging import simulated
from app.messaging.gateways.base import Fate
from app.messaging.lines import MASK
from app.messaging.models import Message, MessageKind, MessageStatus, SimulatedMessage
from app.messaging.words import Words


@dataclass(frozen=True)
class Phone:
    """A conversation as the list has it."""

    customer_id: int
    name: str
    phone: str
    beginning: str
    at: datetime
    arrived: bool

    @property
    def initials(self) -> str:
        return initials(self.name)


@dataclass(frozen=True)
class Bubble:
    """What stands on a phone, or should have."""

    message: Message
    call: SimulatedMessage | None
    """None of what the phone itself wrote."""
    due: datetime | None
    """When it will be known what became of it, where that is still to come."""

    @property
    def mine(self) -> bool:
        return self.call is None

    @property
    def at(self) -> datetime:
        return self.call.at if self.call else self.message.created_at

    @property
    def text(self) -> str:
        """A PIN is shown as long as it serves, as on the phone that it was meant for (MS-2)."""
        if self.call is None:
            return self.message.text
        return MASK if _is_over(self.message.kind, self.message.valid_until) else self.call.text

    @property
    def arrived(self) -> bool:
        if self.call is None:
            return True
        return self.call.arrived and self.message.status is not MessageStatus.FAILED and self.due is None


class Phones(Words):
    """All phones, and the one that is looked at."""

    def __init__(self, customer: Customer | None = None) -> None:
        self.customer = customer

    @cached_property
    def all(self) -> list[Phone]:
        return [_phone(row) for row in simulated.phones()]

    @cached_property
    def bubbles(self) -> list[Bubble]:
        """Newest first."""
        if self.customer is None:
            return []
        rows = simulated.on_phone(self.customer.id)
        due = simulated.due_later({row.Message.id for row in rows})
        return [Bubble(row.Message, row.SimulatedMessage, due.get(row.Message.id)) for row in rows]

    @property
    def name(self) -> str:
        return _name(self.customer) if self.customer else ""

    @cached_property
    def may_answer(self) -> bool:
        return bool(self.customer and self.customer.phone) and simulated.may_answer()

    def said_of(self, bubble: Bubble) -> str:
        """What became of it, in words."""
        if bubble.call is None:
            return _("Sent from this phone")
        if bubble.due:
            return _("On its way")
        return self._fates.get((bubble.call.fate, bubble.call.arrived)) or self.status_words[bubble.message.status]

    @cached_property
    def _fates(self) -> dict[tuple[str, bool], str]:
        return {
            (Fate.REFUSED.value, False): _("Refused: it did not arrive"),
            (Fate.THROTTLED.value, False): _("Too many at once: it is tried again"),
            (Fate.UNKNOWN.value, True): _("It arrived, but the answer was lost on the way"),
            (Fate.UNKNOWN.value, False): _("It did not arrive, and no answer came"),
        }


def _phone(row: Row[Any]) -> Phone:
    # The list tells of a PIN that there is one.
    beginning = MASK if row.kind is MessageKind.PIN else preview(row.title or row.text, 60)
    return Phone(row.customer_id, _name(row), row.phone, beginning, row.at, row.arrived)


def _name(row: Any) -> str:
    return " ".join(filter(None, (row.first_name, row.last_name))) or _("No name")


def _is_over(kind: MessageKind, until: datetime | None) -> bool:
    return kind is MessageKind.PIN and (until is None or until <= dates.now())
