"""The messages of a batch as its preview shows them: whom they reach how, what they cost, three as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.billing.queries import spendable
from app.bulk.models import Batch, BatchItem, BatchState, ItemState
from app.bulk.services.composing import PAID, Composed, compose
from app.bulk.services.grouping import examples
from app.bulk.telling import Wording
from app.db import business_id
from app.extensions import db
from app.identity import person
from app.lib.sms import alphabet_of, segment_count, units
from app.messaging.models import Channel, Reason, Way
from app.messaging.services.reaching import Route
from app.messaging.templates import way_labels
from app.permissions import Permission

SHOWN = 3


@dataclass(frozen=True)
class CostLine:
    """How some of the customers are reached: what that costs now, and at most."""

    words: str
    note: str
    customers: int
    units: int
    """SMS, or Viber messages, at most."""
    costs_later: bool
    price: int

    @property
    def now(self) -> int:
        return 0 if self.costs_later else self.units * self.price

    @property
    def most(self) -> int:
        return self.units * self.price


@dataclass(frozen=True)
class Example:
    """What one of them reads."""

    said: Composed
    price: int

    @property
    def alphabet(self) -> str:
        return alphabet_of(self.said.text).name

    @property
    def taken(self) -> int:
        return units(self.said.text)

    @property
    def sms(self) -> int:
        return segment_count(self.said.text)

    @property
    def cost(self) -> int:
        return self.said.units * self.price


class MessagePage:
    """Needs a batch that was previewed with messages."""

    def __init__(self, batch: Batch, wording: Wording, look: int = 0) -> None:
        self.batch, self.wording, self.look = batch, wording, look
        self.said: dict[str, Any] = batch.foreseen["message"]
        self.price = int(self.said["price"])
        self.way = Way(self.said["way"])

    @property
    def way_words(self) -> str:
        return way_labels()[self.way].split(":")[0]

    @property
    def is_sms(self) -> bool:
        return self.way.written_for is Channel.SMS

    @cached_property
    def lines(self) -> list[CostLine]:
        routes = self.said["routes"]
        known = [each for each in _words(self.wording.program.smart_timeout) if each[0] in routes]
        return [self._line(route, words, note, *routes[route]) for route, words, note in known]

    def _line(self, route: str, words: str, note: str, customers: int, units: int) -> CostLine:
        return CostLine(words, note, customers, units, route == Route.PUSH_OR_SMS, self.price if route in PAID else 0)

    @property
    def now(self) -> int:
        return sum(each.now for each in self.lines)

    @property
    def most(self) -> int:
        return sum(each.most for each in self.lines)

    @property
    def units_now(self) -> int:
        return sum(each.units for each in self.lines if not each.costs_later)

    @property
    def units_most(self) -> int:
        return sum(each.units for each in self.lines)

    @cached_property
    def balance(self) -> int | None:
        """What can be spent, for who may know it: the business's books are not every role's."""
        return spendable() if person().may(Permission.EDIT_BUSINESS) else None

    @property
    def lacking(self) -> int:
        return int(self.said["lacking"])

    @property
    def lacks(self) -> dict[str, int]:
        return dict(self.said["lacks"])

    @property
    def too_long(self) -> tuple[int, int]:
        """How many customers' texts take more SMS than may be sent, and how many the longest takes."""
        customers, most = self.said["long"]
        return customers, most

    @cached_property
    def examples(self) -> list[Example]:
        customers = _some(self.batch)
        is_ahead = self.batch.state is not BatchState.DONE
        composed = compose(self.wording, customers, late=examples(customers), ahead=is_ahead)
        return [Example(each, self.price) for each in composed if each.reached]

    @property
    def place(self) -> int:
        """Which of them is looked at, from 1 on."""
        return max(1, min(self.look, len(self.examples)))


def _some(batch: Batch) -> Sequence[int]:
    mine = BatchItem.business_id == business_id(), BatchItem.batch_id == batch.id, BatchItem.reason.is_(None)
    told = select(BatchItem.customer_id).where(*mine, BatchItem.state.in_((ItemState.PENDING, ItemState.DONE)))
    reached = told.where((BatchItem.segments.is_(None)) | (BatchItem.segments > 0))
    return list(db.session.scalars(reached.order_by(BatchItem.customer_id).limit(SHOWN)))


def _words(timeout: int) -> list[tuple[str, str, str]]:
    """Route → words and what stands behind them, in the order in which they are shown."""
    return [
        (
            Route.PUSH_OR_SMS,
            _("by push"),
            _("have the app; an SMS if it is not delivered in %(number)d min", number=timeout),
        ),
        (Route.PUSH, _("by push"), _("have the app")),
        (Route.SMS, _("by SMS"), ""),
        (Route.UNCONFIRMED, _("rejected"), _("participation is not confirmed")),
        (Route.EMAIL, _("by e-mail"), ""),
        (Route.VIBER, _("by Viber"), ""),
        (Reason.NO_ADDRESS, _("without a message"), _("there is nowhere to send it")),
        (Reason.OPTED_OUT, _("without a message"), _("want no such messages")),
        (Reason.NO_CONSENT, _("without a message"), _("do not agree to the use of their data")),
        (Reason.BLACKLISTED, _("without a message"), _("are blacklisted")),
        (Reason.LEFT, _("without a message"), _("left the program")),
    ]
