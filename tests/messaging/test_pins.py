"""PINs on their way: encrypted, apart from the message, wiped when they are used or over (MS-2, RELIABILITY)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import psycopg
import pytest
from sqlalchemy import select, update

from app.customers.models import Consent, ConsentKind, Customer
from app.customers.services.erasing import confirmation, erase_customer
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Program
from app.messaging.models import Message, MessageStatus, Outbox, PinText, Priority, Reason, Step
from app.messaging.services import read_pin, wipe_pins, write_pin
from jobs import housekeeping
from tests.factories import add_customer
from tests.messaging.pipeline import PHONE, arrived, behave, make_due, send, simulator, status_of, step_of
from tests.people import Shop, Town

TEXT = "Kavalier: your PIN is 482913."


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def olena(shop: Shop) -> int:
    with shop.work():
        return add_customer(phone=PHONE)


def write(customer: int, key: str = "pin:1", minutes: float = 5) -> int:
    until = dates.now() + timedelta(minutes=minutes)
    message = write_pin(customer, TEXT, until, language="en", dedupe_key=key)
    assert message is not None
    return message


def test_its_text_is_nowhere_but_encrypted(shop: Shop, olena: int, superuser: psycopg.Connection) -> None:
    """MS-2: read again by who may, with the key alone that the house is run with."""
    with shop.work():
        message = write(olena)
        row = db.session.get_one(Message, (shop.id, message))
        assert (row.text, row.segments) == ("", 1)
        assert read_pin(message) == TEXT
        assert db.session.get_one(Outbox, (shop.id, message)).priority is Priority.PIN
    (secret,) = superuser.execute("SELECT secret FROM pin_text").fetchone() or (b"",)
    assert b"482913" not in secret
    other = replace(shop.app.config["REGULARS"], secret_key="other" * 10)
    with patch.dict(shop.app.config, REGULARS=other), shop.work():
        assert read_pin(message) is None


def test_it_goes_whole_and_first(shop: Shop, olena: int) -> None:
    with shop.work():
        message = write(olena)
    send(shop)
    with shop.work():
        assert [each.text for each in arrived(message)] == [TEXT]
        assert status_of(message)[0] is MessageStatus.SENT


def test_quiet_hours_and_opt_outs_do_not_hold_it(shop: Shop, olena: int) -> None:
    """BA-15, RELIABILITY: who asks for it stands at the counter."""
    with shop.work():
        now = dates.now().time()
        earlier, later = (now.replace(hour=(now.hour + hours) % 24) for hours in (-2, 2))
        db.session.execute(update(Program).values(quiet_from=earlier, quiet_to=later))
        said = {"granted": False, "at": dates.now()}
        db.session.add(Consent(business_id=shop.id, customer_id=olena, kind=ConsentKind.SMS, **said))
        message = write(olena)
    send(shop)
    with shop.work():
        assert status_of(message)[0] is MessageStatus.SENT


def test_one_that_was_used_or_replaced_is_wiped_and_does_not_go(shop: Shop, olena: int) -> None:
    with shop.work():
        message = write(olena)
        wipe_pins(["pin:1", "pin:2"])
        assert read_pin(message) is None
    send(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.FAILED, Reason.REPLACED)
        assert arrived() == []


def test_one_that_is_used_while_a_worker_has_it_is_not_sent(shop: Shop, olena: int) -> None:
    """Not as an SMS without a word, either."""
    with shop.work():
        message = write(olena)
    with patch("app.messaging.services.sending.use_places", lambda *_: wipe_pins(["pin:1"])):
        send(shop, 0)
    with shop.work():
        assert arrived() == []
        make_due()
    send(shop)
    with shop.work():
        assert status_of(message) == (MessageStatus.FAILED, Reason.REPLACED)


def test_one_that_is_over_is_wiped_everywhere(shop: Shop, olena: int, superuser: psycopg.Connection) -> None:
    """MS-2: each minute; what the simulator shows of it too."""
    with shop.work():
        message, waiting = write(olena), write(olena, "pin:2")
    send(shop)
    superuser.execute("UPDATE pin_text SET expires_at = now()")
    with shop.work():
        assert read_pin(message) is read_pin(waiting) is None
    with shop.app.app_context():
        housekeeping.wipe_pins()
    with shop.work():
        assert db.session.scalars(select(PinText)).all() == []
        assert "482913" not in "".join(each.text for each in arrived())


def test_an_unknown_one_is_not_sent_again(shop: Shop, olena: int) -> None:
    """RELIABILITY: a new PIN takes its place."""
    with shop.work():
        behave(timed_out=1000)
        message = write(olena)
    send(shop, 0)
    with shop.work():
        assert (status_of(message)[0], step_of(message)) == (MessageStatus.UNKNOWN, Step.ASKING)
        behave(timed_out=0)
        make_due()
    with patch.object(type(simulator()), "query", return_value=None):
        send(shop)
    with shop.work():
        assert status_of(message)[0] is MessageStatus.UNKNOWN
        assert arrived() == []


def test_an_erasure_wipes_it(shop: Shop, olena: int) -> None:
    """CP-8."""
    with shop.work():
        write(olena)
        customer = db.session.get_one(Customer, (shop.id, olena))
        erase_customer(customer, confirmation(customer), None)
        assert db.session.scalars(select(PinText)).all() == []


def test_a_key_is_written_once(shop: Shop, olena: int) -> None:
    with shop.work():
        write(olena)
        until = dates.now() + timedelta(minutes=5)
        assert write_pin(olena, TEXT, until, language="en", dedupe_key="pin:1") is None
