"""How many messages a second one worker sends by a gateway with a window, and that its memory stays flat."""

from __future__ import annotations

import itertools
import resource
import sys
import time
from collections.abc import Sequence
from unittest.mock import patch

import pytest
from sqlalchemy import func, select

from app.billing.queries import balance
from app.billing.services import Prices, set_tariff, top_up
from app.extensions import db
from app.messaging.check import faults
from app.messaging.gateways.base import Answer, Fate, Outgoing
from app.messaging.models import Message, MessageStatus
from app.messaging.services import Addressed, write_to_many
from tests.factories import add_customer
from tests.messaging.pipeline import letter, send, simulator
from tests.people import Shop, Town

MESSAGES, AT_ONCE, CUSTOMERS = 10_000, 2_000, 200
LEAST_RATE = 150
"""Of a machine on which much else runs; a quiet one with two processors does over 500."""
MOST_GROWTH = 40


@pytest.mark.long
def test_many_messages_go_through_one_worker(town: Town) -> None:
    """RELIABILITY: messages; claimed, reserved, handed over, charged and written down, fifty in a call."""
    shop, names = town.kavalier, itertools.count()
    write(shop)

    def call(_gateway: object, batch: Sequence[Outgoing]) -> list[Answer]:
        return [Answer(Fate.ACCEPTED, (f"name-{next(names)}",)) for _each in batch]

    with patch.object(type(simulator()), "send", call):
        send(shop, 2)
        before, gone, began = memory(), sent(shop), time.monotonic()
        while send(shop, 20):
            pass
        seconds = time.monotonic() - began
    rate, growth = (MESSAGES - gone) / seconds, memory() - before
    sys.stdout.write(f"{rate:.0f} messages a second through one worker; {growth:.0f} MB more at the end\n")
    with shop.work():
        assert faults() == []
        assert balance() == 10**9 - MESSAGES * 80
    assert rate > LEAST_RATE
    assert growth < MOST_GROWTH


def write(shop: Shop) -> None:
    with shop.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(10**9, "first")
        customers = [add_customer(phone=f"+38067{number:07d}") for number in range(CUSTOMERS)]
    for first in range(0, MESSAGES, AT_ONCE):
        with shop.work():
            numbers = range(first, first + AT_ONCE)
            write_to_many([Addressed(customers[each % CUSTOMERS], letter(f"{each}")) for each in numbers])


def sent(shop: Shop) -> int:
    with shop.work():
        return db.session.scalar(select(func.count()).where(Message.status == MessageStatus.SENT)) or 0


def memory() -> float:
    """Megabytes that the process took at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
