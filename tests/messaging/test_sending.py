"""From the row to the phone: claimed, handed over once, charged, told of (RELIABILITY: messages)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import func, select

from app.billing.queries import balance, spendable
from app.billing.services import top_up
from app.extensions import db
from app.lib import dates
from app.messaging.gateways.base import Answer, Fate, Outgoing
from app.messaging.models import Channel, Message, MessageKind, MessageStatus, Outbox, Part, Reason, Step
from app.messaging.services.claiming import claim
from app.messaging.services.sending import send_some
from app.scope import Scope
from tests.messaging.pipeline import (
    PHONE,
    arrived,
    behave,
    letter,
    listen,
    make_due,
    send,
    simulator,
    status_of,
    step_of,
    write,
)
from tests.people import Shop


def test_a_message_goes_and_is_charged(shop: Shop, olena: int) -> None:
    """BI-1, MS-1: written with its row in the outbox, sent, charged, delivered."""
    with shop.work():
        (message,) = write(olena)
        assert (status_of(message)[0], step_of(message)) == (MessageStatus.QUEUED, Step.WAITING)
    assert not send(shop)
    with shop.work():
        row = db.session.get_one(Message, (shop.id, message))
        assert (row.status, row.gateway, row.reason) == (MessageStatus.SENT, "simulator", "")
        assert row.distributed_at is not None
        assert step_of(message) is None
        (shown,) = arrived()
        assert (shown.address, shown.text, shown.message_id) == (PHONE, row.text, message)
        assert balance() == spendable() == 920
        assert db.session.scalar(select(func.count()).select_from(Part)) == 1
    listen(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.DELIVERED, "")


def test_a_key_is_written_once(shop: Shop, olena: int) -> None:
    with shop.work():
        first = write(olena)
        assert write(olena, letter(), letter("two"))
        assert write(olena) == []
        assert db.session.scalar(select(func.count()).select_from(Outbox)) == 2
    send(shop)
    with shop.work():
        assert len(arrived()) == 2
        assert len(arrived(first[0])) == 1


def test_what_a_gateway_refuses_costs_nothing(shop: Shop, olena: int) -> None:
    with shop.work():
        behave(refused=1000)
        (message,) = write(olena)
    send(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.FAILED, "unreachable")
        assert step_of(message) is None
        assert balance() == spendable() == 1_000


def test_throttled_it_goes_again_later(shop: Shop, olena: int) -> None:
    with shop.work():
        behave(throttled=1000)
        (message,) = write(olena)
    send(shop, 0)
    with shop.work():
        assert status_of(message) == (MessageStatus.QUEUED, "")
        row = db.session.get_one(Outbox, (shop.id, message))
        assert row.due_at > dates.now()
        assert row.step is Step.WAITING
        assert (balance(), spendable()) == (1_000, 920)
        behave(throttled=0)
        make_due()
    assert not send(shop)  # once the gateway's pause is over
    with shop.work():
        assert status_of(message)[0] is MessageStatus.SENT
        assert len(arrived()) == 1
        assert balance() == 920


def test_no_transaction_is_open_during_the_call(shop: Shop, olena: int) -> None:
    seen = []

    def call(_self: object, batch: Sequence[Outgoing]) -> list[Answer]:
        seen.append(db.session().in_transaction())
        return [Answer(Fate.ACCEPTED, ("x",)) for _each in batch]

    with shop.work():
        write(olena)
    with patch.object(type(simulator()), "send", call):
        send(shop)
    assert seen == [False]


def test_the_most_urgent_go_first(shop: Shop, olena: int) -> None:
    with shop.work():
        write(olena, letter("bulk", MessageKind.BULK), letter("sale"))
        numbers = [each.kind for each in claim(Channel.SMS, 1).messages]
    assert numbers == [MessageKind.TRANSACTION]


def test_workers_at_once_send_each_message_once(shop: Shop, olena: int) -> None:
    with shop.work():
        top_up(100_000, "more")
        messages = write(olena, *(letter(f"{number}") for number in range(200)))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _number: send(shop), range(6)))
    with shop.work():
        assert sorted(each.message_id for each in arrived()) == messages
        assert balance() == spendable() == 101_000 - 200 * 80


def test_what_is_late_fails(shop: Shop, olena: int) -> None:
    """BI-1: behind its time it is not sent any more."""
    with shop.work():
        (message,) = write(olena, letter(valid_until=dates.now() - timedelta(seconds=1)))
    send(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.FAILED, Reason.LATE)
        assert arrived() == []
        assert spendable() == 1_000


def test_a_rate_holds_over_all_workers(shop: Shop, olena: int) -> None:
    """RELIABILITY: rate by gateway; at 20 a second, twenty go, and the next wait."""
    with shop.work():
        top_up(100_000, "more")
        write(olena, *(letter(f"{number}") for number in range(60)))
    with patch.object(type(simulator()), "rate", 20.0), shop.app.app_context():
        first = send_some(Scope(shop.id), Channel.SMS)
        second = send_some(Scope(shop.id), Channel.SMS)
    assert (first.taken, second.taken) == (20, 0)
    assert 0.5 < second.wait <= 1


def test_a_gateway_that_takes_nothing_is_left_alone_by_all(shop: Shop, olena: int) -> None:
    with shop.work():
        behave(throttled=1000)
        write(olena)
    send(shop, 0)
    with shop.work():
        write(olena, letter("two"))
    with shop.app.app_context():
        waited = send_some(Scope(shop.id), Channel.SMS)
    assert waited.taken == 0
    assert 0 < waited.wait <= 1


def test_a_push_of_someone_without_the_app_is_rejected(shop: Shop, olena: int) -> None:
    with shop.work():
        (message,) = write(olena, letter(channel=Channel.PUSH))
    send(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.REJECTED, Reason.NO_ADDRESS)


def test_a_letter_of_an_undone_unit_of_work_is_none(shop: Shop, olena: int) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(shop, olena)
    with shop.work():
        assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def write_and_fail(shop: Shop, customer: int) -> None:
    with shop.work():
        write(customer)
        raise ZeroDivisionError
