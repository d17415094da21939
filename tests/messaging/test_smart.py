"""SMART: a push first, then an SMS once where it was not delivered in time; who has no app gets the SMS (BA-2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.billing.queries import balance
from app.billing.services import Prices, set_tariff, top_up
from app.customers.models import Consent, ConsentKind
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Program
from app.messaging.models import Channel, Message, MessageStatus, Outbox, Step
from tests.factories import add_customer
from tests.messaging.pipeline import PHONE, arrived, behave, letter, listen, make_due, send, status_of, step_of, write
from tests.people import Shop, Town

SMART = {"channel": Channel.PUSH, "smart": True, "title": "Kavalier"}


@pytest.fixture
def shop(town: Town) -> Shop:
    with town.kavalier.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(1_000, "first")
    return town.kavalier


@pytest.fixture
def olena(shop: Shop) -> int:
    """Has the app."""
    with shop.work():
        return add_customer(phone=PHONE, app_installed=True)


def channels() -> list[tuple[Channel, MessageStatus]]:
    return [tuple(row) for row in db.session.execute(select(Message.channel, Message.status).order_by(Message.id))]


def test_without_the_app_an_sms_goes_at_once(shop: Shop) -> None:
    with shop.work():
        write(add_customer(phone=PHONE), letter(**SMART))
        row = db.session.scalars(select(Message)).one()
        assert (row.channel, row.segments) == (Channel.SMS, 1)
    send(shop)
    with shop.work():
        assert channels() == [(Channel.SMS, MessageStatus.SENT)]
        assert balance() == 920


def test_a_push_that_is_delivered_is_all(shop: Shop, olena: int) -> None:
    with shop.work():
        (push,) = write(olena, letter(**SMART))
    send(shop)
    with shop.work():
        assert step_of(push) is Step.FALLBACK
    listen(shop)
    with shop.work():
        assert step_of(push) is None
        make_due()
    send(shop)
    with shop.work():
        assert channels() == [(Channel.PUSH, MessageStatus.DELIVERED)]
        assert balance() == 1_000


def test_not_delivered_within_the_programs_timeout_it_goes_as_an_sms_once(shop: Shop, olena: int) -> None:
    """BA-2: the timeout counts from when the push was taken up."""
    with shop.work():
        db.session.execute(update(Program).values(smart_timeout=7))
        behave(delay=3600)
        (push,) = write(olena, letter(**SMART))
    send(shop)
    with shop.work():
        row = db.session.get_one(Outbox, (shop.id, push))
        assert timedelta(minutes=6.5) < row.due_at - dates.now() < timedelta(minutes=7)
        make_due()
    for _each in range(2):
        send(shop)
    with shop.work():
        assert channels() == [(Channel.PUSH, MessageStatus.SENT), (Channel.SMS, MessageStatus.SENT)]
        push_text, sms_text = db.session.scalars(select(Message.text).order_by(Message.id))
        assert push_text == sms_text
        assert [each.channel for each in arrived()] == [Channel.PUSH, Channel.SMS]
        assert balance() == 920


@pytest.mark.parametrize("habit", ["refused", "failed"])
def test_a_push_that_fails_goes_as_an_sms_at_once(shop: Shop, olena: int, habit: str) -> None:
    with shop.work():
        behave(**{habit: 1000})
        write(olena, letter(**SMART))
    send(shop, 0)
    with shop.work():
        behave(**{habit: 0})
    listen(shop)
    send(shop)
    with shop.work():
        assert channels() == [(Channel.PUSH, MessageStatus.FAILED), (Channel.SMS, MessageStatus.SENT)]


def test_who_opted_out_of_pushes_gets_the_sms(shop: Shop, olena: int) -> None:
    with shop.work():
        values = {"kind": ConsentKind.PUSH, "granted": False, "at": dates.now()}
        db.session.add(Consent(business_id=shop.id, customer_id=olena, **values))
        write(olena, letter(**SMART))
    send(shop)
    with shop.work():
        assert channels() == [(Channel.PUSH, MessageStatus.REJECTED), (Channel.SMS, MessageStatus.SENT)]


def test_an_unknown_push_waits_for_its_deadline_too(shop: Shop, olena: int) -> None:
    with shop.work():
        behave(timed_out=1000)
        (push,) = write(olena, letter(**SMART))
    send(shop, 0)
    with shop.work():
        assert (status_of(push)[0], step_of(push)) == (MessageStatus.UNKNOWN, Step.FALLBACK)
        behave(timed_out=0)
        make_due()
    send(shop)
    with shop.work():
        assert channels()[1] == (Channel.SMS, MessageStatus.SENT)


def test_while_its_gateway_is_away_the_deadline_comes_all_the_same(shop: Shop, olena: int) -> None:
    with shop.work():
        behave(throttled=1000)
        (push,) = write(olena, letter(**SMART))
    send(shop, 0)
    with shop.work():
        assert step_of(push) is Step.WAITING
        past = dates.now() - timedelta(seconds=1)
        db.session.execute(update(Outbox).values(due_at=past, fallback_at=past))
        behave(throttled=0)
    send(shop)
    with shop.work():
        assert channels() == [(Channel.PUSH, MessageStatus.FAILED), (Channel.SMS, MessageStatus.SENT)]
