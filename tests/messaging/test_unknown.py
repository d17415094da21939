"""What nobody knows of: a gateway gave no answer, a worker died with what it had (RELIABILITY: messages, MS-1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.billing.queries import balance, spendable
from app.customers.models import Customer
from app.customers.services.erasing import confirmation, erase_customer
from app.extensions import db
from app.messaging.check import faults
from app.messaging.gateways.base import Answer, Fate
from app.messaging.models import Channel, Message, MessageStatus, Reason, Step
from app.messaging.services import resolve_unknown, sending
from app.messaging.services.claiming import claim
from app.messaging.services.sending import send_some
from app.scope import Scope
from tests.messaging.pipeline import (
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
