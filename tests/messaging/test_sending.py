"""From the row to the phone: claimed, handed over once, charged, told of (RELIABILITY: messages)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.billing.queries import balance, spendable
from app.billing.services import Prices, set_tariff, top_up
from app.customers.models import Customer
from app.customers.services.erasing import confirmation, erase_customer
from app.extensions import db
from app.lib import dates
from app.messaging.check import faults
from app.messaging.gateways.base import Answer, Fate, Outgoing
from app.messaging.models import Channel, Message, MessageKind, MessageStatus, Outbox, Part, Reason, Step
from app.messaging.services import resolve_unknown, sending
from app.messaging.services.claiming import claim
from app.messaging.services.sending import send_some
from app.scope import Scope
from tests.factories import add_customer
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
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    """Kavalier has 10.00; a segment costs 0.80."""
    with town.kavalier.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(1_000, "first")
    return town.kavalier


@pytest.fixture
def olena(shop: Shop) -> int:
    with shop.work():
        return add_customer(phone=PHONE, email="olena@example.com")


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


@pytest.mark.parametrize(("habit", "became", "left"), [("dropped", 6, 920), ("timed_out", 7, 1_000)])
def test_without_an_answer_it_is_unknown_and_never_sent_again(
    shop: Shop, olena: int, habit: str, became: int, left: int
) -> None:
    """RELIABILITY: its fate is asked of the gateway; until then what is reserved for it stays so."""
    with shop.work():
        behave(**{habit: 1000})
        (message,) = write(olena)
    send(shop, 0)
    with shop.work():
        assert status_of(message) == (MessageStatus.UNKNOWN, Reason.NO_ANSWER)
        assert step_of(message) is Step.ASKING
        assert (balance(), spendable()) == (1_000, 920)
        make_due()
    send(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus(became), "")
        assert step_of(message) is None
        assert balance() == spendable() == left
        assert len(arrived()) == (habit == "dropped")


def test_a_receipt_tells_of_an_unknown_one(shop: Shop, olena: int) -> None:
    """MS-3: by our reference, as the gateway's own name for it never came."""
    with shop.work():
        behave(dropped=1000)
        (message,) = write(olena)
    send(shop, 0)
    listen(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.DELIVERED, "")
        assert step_of(message) is None
        assert balance() == spendable() == 920


@pytest.mark.parametrize(("sent", "became", "left"), [(True, 4, 920), (False, 7, 1_000)])
def test_a_person_says_what_became_of_an_unknown_one(
    shop: Shop, olena: int, sent: bool, became: int, left: int
) -> None:
    with shop.work():
        behave(timed_out=1000)
        (message,) = write(olena)
    send(shop, 0)
    with shop.work():
        resolve_unknown(message, sent=sent)
    with shop.work():
        assert status_of(message)[0] is MessageStatus(became)
        assert step_of(message) is None
        assert balance() == spendable() == left


def test_a_slow_gateway_is_not_handed_all_that_was_claimed(shop: Shop, olena: int) -> None:
    """Else a job outlasts its time, and is ended in the middle of a call: nobody would know whether that went."""
    with shop.work():
        behave(slowness=300)
        first, *others = write(olena, letter(), letter("two"), letter("three"))
    with (
        patch.object(type(simulator()), "window", 1),
        patch("app.messaging.services.sending.LEASE", timedelta(seconds=0.4)),
        shop.app.app_context(),
    ):
        assert send_some(Scope(shop.id), Channel.SMS).taken == 3
    with shop.work():
        assert status_of(first)[0] is MessageStatus.SENT
        assert {step_of(each) for each in others} == {Step.CLAIMED}
        make_due()
    send(shop)
    with shop.work():
        assert {status_of(each)[0] for each in others} == {MessageStatus.SENT}


def test_what_a_person_said_holds_when_the_customer_is_erased(shop: Shop, olena: int) -> None:
    """Else what a gateway tells late would make it delivered, and charged to nobody."""
    with shop.work():
        behave(dropped=1000)
        (message,) = write(olena)
    send(shop, 0)
    with shop.work():
        resolve_unknown(message, sent=False)
        customer = db.session.get_one(Customer, (shop.id, olena))
        erase_customer(customer, confirmation(customer), None)
    listen(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.FAILED, Reason.NOT_SENT)
        assert faults() == []


def test_a_gateway_that_breaks_down_leaves_its_whole_window_unknown(shop: Shop, olena: int) -> None:
    with shop.work():
        write(olena, letter(), letter("two"))
    with patch.object(type(simulator()), "send", side_effect=RuntimeError("garbage")):
        send(shop, 0)
    with shop.work():
        assert set(db.session.scalars(select(Message.status))) == {MessageStatus.UNKNOWN}
        assert spendable() == 840


@pytest.mark.parametrize("garbage", [(), (None,), ("accepted",), (None, Answer(Fate.ACCEPTED, ("b",)))])
def test_answers_that_are_missing_or_garbage_are_unknown(shop: Shop, olena: int, garbage: tuple[object, ...]) -> None:
    with shop.work():
        first, second = write(olena, letter(), letter("two"))
    with patch.object(type(simulator()), "send", return_value=[Answer(Fate.ACCEPTED, ("a",)), *garbage]):
        send(shop, 0)
    with shop.work():
        assert status_of(first)[0] is MessageStatus.SENT
        assert status_of(second)[0] is MessageStatus.UNKNOWN


def test_a_worker_that_dies_before_it_hands_over_leaves_it_to_others(shop: Shop, olena: int) -> None:
    with shop.work():
        (message,) = write(olena)
        assert [each.id for each in claim(Channel.SMS, 10).messages] == [message]
    send(shop)
    with shop.work():
        assert step_of(message) is Step.CLAIMED
        assert arrived() == []
        make_due()
    send(shop)
    with shop.work():
        assert status_of(message)[0] is MessageStatus.SENT
        assert balance() == spendable() == 920


def test_a_worker_whose_lease_ran_out_does_not_send(shop: Shop, olena: int) -> None:
    """RELIABILITY: no row means stop."""
    with shop.work():
        (message,) = write(olena)
        late = claim(Channel.SMS, 10)
        make_due()
    send(shop)
    with shop.app.app_context():
        sending._send_window(Scope(shop.id), simulator(), late.token, late.messages, False)
    with shop.work():
        assert len(arrived(message)) == 1


def test_a_worker_that_dies_while_it_hands_over_leaves_it_unknown(shop: Shop, olena: int) -> None:
    """RELIABILITY: never sent again blindly; its answer, should it come after all, is heard."""
    with shop.work():
        (message,) = write(olena)
    with patch.object(sending, "settle", side_effect=SystemExit), pytest.raises(SystemExit):
        send(shop)
    with shop.work():
        assert step_of(message) is Step.SENDING
        make_due()
    with patch.object(type(simulator()), "query", return_value=None):
        send(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.UNKNOWN, Reason.NO_ANSWER)
        assert len(arrived()) == 1
        assert (balance(), spendable()) == (1_000, 920)
    listen(shop)
    with shop.work():
        assert status_of(message)[0] is MessageStatus.DELIVERED
        assert balance() == spendable() == 920


def test_an_answer_is_written_down_once_the_database_is_back(shop: Shop, olena: int) -> None:
    """RELIABILITY: what was answered is known to the worker alone, and charged once."""
    with shop.work():
        (message,) = write(olena)
    settle, lost = sending.settle, iter([OperationalError("", None, Exception()), None])

    def settle_late(*arguments: Any) -> None:
        settle(*arguments)
        if error := next(lost):
            raise error

    with patch.object(sending, "settle", settle_late):
        send(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.SENT, "")
        assert len(arrived()) == 1
        assert balance() == spendable() == 920


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
