"""The simulator: keeps what it is handed instead of sending it, and tells what became of it, by a seed.

What it does besides is what real gateways do on bad days: connections are lost behind a message that was taken, no
answer comes, receipts come twice, late or in the wrong order. How often, a business's row of `simulator` says.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, text

from app.db import autocommit_engine, unit_of_work
from app.extensions import db
from app.lib import dates
from app.lib.sms import segments
from app.messaging.gateways.base import Answer, Fate, Gateway, Incoming, Outgoing, Receipt
from app.messaging.models import Channel, MessageStatus, SimulatedEvent, SimulatedMessage, Simulator
from app.messaging.models.simulator import SHARES
from app.scope import Scope

AT_ONCE = 500
"""Events that are told together."""
LATE = 3.0
"""Seconds by which a late receipt comes later."""
Row = dict[str, object]


class SimulatorGateway:
    name = "simulator"
    channels = frozenset(Channel) - {Channel.PANEL}
    window = 50
    rate: float | None = None
    one_server = True

    def __init__(self, browsers: Gateway | None = None) -> None:
        self._told: list[int] = []
        self._browsers = browsers

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        """A push that a browser took, where this house has keys for them, needs no simulated phone."""
        taken = self._taken(batch)
        rest = [each for each in batch if each.reference not in taken]
        simulated = iter(self._simulated(rest) if rest else ())
        return [taken.get(each.reference) or next(simulated) for each in batch]

    def _taken(self, batch: Sequence[Outgoing]) -> dict[str, Answer]:
        pushed = [each for each in batch if each.subscriptions]
        if not self._browsers or not pushed:
            return {}
        answers = zip(pushed, self._browsers.send(pushed), strict=True)
        return {each.reference: said for each, said in answers if said.fate is Fate.ACCEPTED}

    def _simulated(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        business = int(batch[0].reference.split("-")[0])
        with unit_of_work(Scope(business)):
            habit = db.session.get(Simulator, business) or Simulator(business_id=business, **_PLAIN)
            before = _calls_of(business, batch)
            calls = [_Call(habit, each, before.get(_number(each), 0)) for each in batch]
            db.session.execute(insert(SimulatedMessage), [call.row for call in calls])
            if events := [event for call in calls for event in call.events]:
                db.session.execute(insert(SimulatedEvent), events)
            slowness = habit.slowness
        time.sleep(slowness / 1000)
        return [call.answer for call in calls]

    def listen(self) -> Iterator[Receipt | Incoming]:
        """What is due; what was told before is forgotten now."""
        with autocommit_engine().connect() as connection:
            if self._told:
                connection.execute(text("SELECT forget_simulated_events(:ids)"), {"ids": self._told})
            due = connection.execute(text("SELECT * FROM due_simulated_events(:most)"), {"most": AT_ONCE}).all()
        self._told = [row.id for row in due]
        for row in due:
            if row.status is None:
                yield _incoming(row)
            else:
                status = MessageStatus(row.status)
                yield Receipt(gateway_id=row.gateway_id, reference=row.reference, status=status, at=row.due_at)

    def query(self, reference: str) -> Receipt | None:
        """It knows all that it took."""
        business, message = map(int, reference.split("-"))
        taken = select(SimulatedMessage.at).where(
            *(SimulatedMessage.business_id == business, SimulatedMessage.message_id == message),
            SimulatedMessage.arrived,
        )
        with unit_of_work(Scope(business)):
            at = db.session.scalars(taken.limit(1)).first()
        status = MessageStatus.FAILED if at is None else MessageStatus.DELIVERED
        return Receipt(reference=reference, status=status, at=at)

    def close(self) -> None:
        """What was told and is not forgotten yet is told again."""
        self._told = []


_PLAIN: dict[str, int] = {"seed": 1, "delay": 0, "slowness": 0, **dict.fromkeys(SHARES, 0)}


@dataclass
class _Call:
    """One message that it is handed, and what comes of that; the same each time for the same seed and attempt."""

    habit: Simulator
    message: Outgoing
    attempt: int

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.habit.seed}:{self.message.reference}:{self.attempt}")  # noqa: S311 - drawn anew alike
        self.now = dates.now()
        self.fate, self.arrived = self._outcome()
        count = len(segments(self.message.text)) if self.message.channel is Channel.SMS else 1
        self.ids = tuple(uuid.uuid4().hex for _part in range(max(count, 1))) if self.arrived else ()

    @property
    def answer(self) -> Answer:
        reason = "unreachable" if self.fate is Fate.REFUSED else ""
        return Answer(self.fate, self.ids if self.fate is Fate.ACCEPTED else (), reason)

    @property
    def row(self) -> Row:
        each = self.message
        said = {"sender": each.sender, "title": each.title, "text": each.text, "language": each.language}
        known = {"channel": each.channel, "address": each.to, "at": self.now}
        outcome = {"fate": self.fate.value, "arrived": self.arrived}
        return {**_of(each), **known, **said, **outcome}

    @property
    def events(self) -> Iterator[Row]:
        failed = self._falls(self.habit.failed)
        final = MessageStatus.FAILED if failed else MessageStatus.DELIVERED
        twice, shuffled, late = map(self._falls, (self.habit.doubled, self.habit.shuffled, self.habit.late))
        for each in self.ids:
            due = self.now + timedelta(seconds=self.chance.random() * self.habit.delay + LATE * late)
            told = [final] * (2 if twice else 1)
            for number, status in enumerate([*told, MessageStatus.SENT] if shuffled else told):
                yield self._event(each, status, due + timedelta(seconds=number))

    def _outcome(self) -> tuple[Fate, bool]:
        """Each share is of all messages."""
        point = self.chance.randrange(1000)
        for share, outcome in (
            (self.habit.refused, (Fate.REFUSED, False)),
            (self.habit.dropped, (Fate.UNKNOWN, True)),
            (self.habit.timed_out, (Fate.UNKNOWN, False)),
            (self.habit.throttled, (Fate.THROTTLED, False)),
        ):
            if point < share:
                return outcome
            point -= share
        return Fate.ACCEPTED, True

    def _falls(self, share: int) -> bool:
        return self.chance.randrange(1000) < share

    def _event(self, gateway_id: str, status: MessageStatus, due: datetime) -> Row:
        names = {"gateway_id": gateway_id, "reference": self.message.reference}
        return {"business_id": self.habit.business_id, "due_at": due, "status": status, **names}


def _incoming(row: Any) -> Incoming:
    """What a phone wrote reaches the business at whose simulator it lies, though others wrote to that number too."""
    said = {"address": row.address, "to": row.sender, "text": row.text, "business_id": row.business_id}
    return Incoming(**said, gateway_id=f"in-{row.id}", at=row.due_at)


def _calls_of(business: int, batch: Sequence[Outgoing]) -> Mapping[int, int]:
    """Message → how often it was handed over before."""
    mine = SimulatedMessage.business_id == business, SimulatedMessage.message_id.in_(map(_number, batch))
    counted = select(SimulatedMessage.message_id, func.count()).where(*mine).group_by(SimulatedMessage.message_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _of(message: Outgoing) -> dict[str, int]:
    business, number = map(int, message.reference.split("-"))
    return {"business_id": business, "message_id": number}


def _number(message: Outgoing) -> int:
    return _of(message)["message_id"]
