"""What tests of the pipeline share: letters, the simulator's habits, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from sqlalchemy import select, update

from app.db import business_id
from app.extensions import db
from app.messaging.gateways.simulator import SimulatorGateway
from app.messaging.models import (
    Channel,
    Message,
    MessageKind,
    MessageStatus,
    Outbox,
    SimulatedMessage,
    Simulator,
    Step,
)
from app.messaging.services import Letter, hear, send_due, write_letters
from app.scope import Scope
from tests.people import Shop

PHONE = "+380671112233"


def letter(key: str = "one", kind: MessageKind = MessageKind.TRANSACTION, **values: Any) -> Letter:
    standard = {"channel": Channel.SMS, "text": "Your purchase: +12 points.", "language": "en"}
    return Letter(kind=kind, dedupe_key=key, **(standard | values))


def write(customer_id: int, *letters: Letter) -> list[int]:
    return write_letters(customer_id, letters or [letter()])


def send(shop: Shop, seconds: float = 20) -> bool:
    """Sends what is due."""
    with shop.app.app_context():
        return send_due(Scope(shop.id), seconds)


def listen(shop: Shop) -> None:
    """Hears all that is due, and has the simulator forget it."""
    with shop.app.app_context():
        while hear("simulator"):
            pass


def behave(**habit: int) -> None:
    """How the simulator treats this business's messages; shares in thousandths."""
    db.session.merge(Simulator(business_id=business_id(), **habit))
    db.session.flush()


def status_of(message: int) -> tuple[MessageStatus, str]:
    row = db.session.get_one(Message, (business_id(), message), populate_existing=True)
    return row.status, row.reason


def arrived(message: int | None = None) -> list[SimulatedMessage]:
    """What phones show, of one message or of all."""
    shown = select(SimulatedMessage).where(SimulatedMessage.arrived).order_by(SimulatedMessage.id)
    return list(db.session.scalars(shown if message is None else shown.where(SimulatedMessage.message_id == message)))


def step_of(message: int) -> Step | None:
    row = db.session.get(Outbox, (business_id(), message), populate_existing=True)
    return row.step if row else None


def make_due(**where: object) -> None:
    """Lets time pass for what waits in the outbox."""
    past = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    db.session.execute(update(Outbox).filter_by(**where).values(due_at=past))


@contextmanager
def clock(moment: datetime) -> Iterator[None]:
    """Has it be that moment for whoever asks what time it is."""
    with patch("app.lib.dates.now", lambda: moment):
        yield


def simulator() -> SimulatorGateway:
    """One, whose class tests patch."""
    return SimulatorGateway()
