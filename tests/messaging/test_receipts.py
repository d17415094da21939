"""What gateways tell later: early, late, twice, in any order, forged, or for others' messages (MS-3, RELIABILITY)."""

from __future__ import annotations

import itertools
from unittest.mock import patch

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.billing.queries import balance, spendable
from app.billing.services import Prices, set_tariff, top_up
from app.customers.details import details_of
from app.customers.models import CHANNELS, ConsentKind, Customer
from app.customers.queries import customer_to_change
from app.customers.services.leaving import choose_channels
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.messaging.gateways.base import Answer, Fate, Incoming, Receipt
from app.messaging.models import Channel, Direction, Message, MessageStatus, Outbox, Part, Step
from app.messaging.services.receipts import keep_receipts, tell_kept
from tests.factories import add_customer
from tests.messaging.pipeline import PHONE, behave, letter, listen, send, simulator, status_of, step_of, write
from tests.people import Shop, Town

SENT, DELIVERED, FAILED = MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.FAILED
LONG = "Привіт! " * 20


@pytest.fixture
def shop(town: Town) -> Shop:
    with town.kavalier.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(1_000, "first")
    return town.kavalier


def accepted(shop: Shop, *names: str, text: str = "Hello") -> int:
    """A message that a gateway took under these names."""
    with shop.work():
        (message,) = write(add_customer(phone=PHONE), letter(text=text))
    with patch.object(type(simulator()), "send", return_value=[Answer(Fate.ACCEPTED, names)]):
        send(shop)
    return message


def told(shop: Shop, *receipts: Receipt, gateway: str = "simulator") -> None:
    with shop.app.app_context():
        for each in receipts:
            keep_receipts(gateway, [each])
            tell_kept()


def of(name: str, status: MessageStatus) -> Receipt:
    return Receipt(gateway_id=name, status=status)


@pytest.mark.parametrize("order", list(itertools.permutations((SENT, DELIVERED, DELIVERED))))
def test_it_comes_out_the_same_in_any_order(shop: Shop, order: tuple[MessageStatus, ...]) -> None:
    """MS-3: a status only moves forward, and what comes twice tells nothing new."""
    message = accepted(shop, "a")
    told(shop, *(of("a", status) for status in order))
    with shop.work():
        assert status_of(message) == (DELIVERED, "")
        assert balance() == spendable() == 920


def test_what_failed_behind_the_gateway_is_charged_all_the_same(shop: Shop) -> None:
    message = accepted(shop, "a")
    told(shop, of("a", FAILED), of("a", SENT))
    with shop.work():
        assert status_of(message) == (FAILED, "")
        assert balance() == spendable() == 920
    told(shop, of("a", DELIVERED))
    with shop.work():
        assert status_of(message)[0] is DELIVERED
    told(shop, of("a", FAILED))
    with shop.work():
        assert status_of(message)[0] is DELIVERED


def test_a_long_sms_is_delivered_when_all_of_its_parts_are(shop: Shop) -> None:
    message = accepted(shop, "a", "b", "c", text=LONG)
    told(shop, of("a", DELIVERED), of("c", DELIVERED))
    with shop.work():
        assert status_of(message)[0] is SENT
    told(shop, of("b", DELIVERED))
    with shop.work():
        assert status_of(message)[0] is DELIVERED
        assert set(db.session.scalars(select(Part.status))) == {DELIVERED}


def test_a_long_sms_fails_with_one_of_its_parts(shop: Shop) -> None:
    message = accepted(shop, "a", "b", "c", text=LONG)
    told(shop, of("b", FAILED), of("a", DELIVERED), of("c", DELIVERED))
    with shop.work():
        assert status_of(message)[0] is FAILED


def test_one_that_comes_before_the_answer_waits_for_it(shop: Shop, superuser: object) -> None:
    """MS-3: whose it is is known once the gateway has answered."""
    told(shop, of("early", DELIVERED))
    message = accepted(shop, "early")
    later(superuser)
    told(shop, of("another", DELIVERED))
    with shop.work():
        assert status_of(message)[0] is DELIVERED


def later(superuser: object) -> None:
    superuser.execute("UPDATE receipt SET due_at = now(), came_at = now() - interval '1 day'")  # type: ignore[attr-defined]


def test_told_by_our_reference_while_it_is_handed_over(shop: Shop) -> None:
    """Delivered, it is over, and charged, whatever becomes of the worker."""
    with shop.work():
        (message,) = write(add_customer(phone=PHONE))
    reference = f"{shop.id}-{message}"

    def call(*_: object) -> list[Answer]:
        with patch.object(db, "session", db.session):
            keep_receipts("simulator", [Receipt(reference=reference, status=DELIVERED)])
            tell_kept()
        raise ConnectionError

    with patch.object(type(simulator()), "send", call):
        send(shop, 0)
    with shop.work():
        assert status_of(message) == (DELIVERED, "")
        assert step_of(message) is None
        assert balance() == spendable() == 920


def test_a_failure_told_before_the_answer_waits(shop: Shop, superuser: object) -> None:
    """Else whether it is charged would hang on which of both comes first."""
    with shop.work():
        (message,) = write(add_customer(phone=PHONE))
    receipt = Receipt(reference=f"{shop.id}-{message}", status=FAILED)

    def call(*_: object) -> list[Answer]:
        keep_receipts("simulator", [receipt])
        tell_kept()
        return [Answer(Fate.ACCEPTED, ("x",))]

    with patch.object(type(simulator()), "send", call):
        send(shop)
    later(superuser)
    with shop.app.app_context():
        tell_kept()
    with shop.work():
        assert status_of(message) == (FAILED, "")
        assert balance() == spendable() == 920


@pytest.mark.parametrize(
    "forged",
    [
        of("unheard of", DELIVERED),
        Receipt(reference="nonsense", status=DELIVERED),
        Receipt(reference="99999999999999999999-1", status=DELIVERED),
        Receipt(reference="-1", status=DELIVERED),
        Receipt(status=DELIVERED),
        Receipt(gateway_id="a", status=MessageStatus.READ),
        Receipt(gateway_id="a", status=MessageStatus.REJECTED),
        Receipt(gateway_id="a" * 1000, status=DELIVERED),
    ],
)
def test_a_forged_one_changes_nothing(shop: Shop, forged: Receipt) -> None:
    message = accepted(shop, "a")
    told(shop, forged)
    with shop.work():
        assert status_of(message)[0] is SENT


def test_one_that_cannot_be_kept_does_not_take_others_with_it(shop: Shop) -> None:
    """Else it would be told again for ever, and nothing behind it would be heard."""
    message = accepted(shop, "a")
    with shop.app.app_context():
        keep_receipts("simulator", [of("a\0b", DELIVERED), of("a", DELIVERED)])
        tell_kept()
    with shop.work():
        assert status_of(message)[0] is DELIVERED


def test_one_of_another_gateway_changes_nothing(shop: Shop) -> None:
    """MS-3: neither by its own name nor by our reference may a gateway speak of what it was not handed."""
    message = accepted(shop, "a")
    told(shop, of("a", DELIVERED), Receipt(reference=f"{shop.id}-{message}", status=FAILED), gateway="another")
    with shop.work():
        assert status_of(message)[0] is SENT


def test_one_of_what_nobody_was_handed_changes_nothing(shop: Shop) -> None:
    with shop.work():
        (message,) = write(add_customer(phone=PHONE))
    told(shop, Receipt(reference=f"{shop.id}-{message}", status=DELIVERED))
    with shop.work():
        assert status_of(message)[0] is MessageStatus.QUEUED
        assert step_of(message) is Step.WAITING


def test_what_belongs_to_nobody_lapses(shop: Shop, superuser: object) -> None:
    accepted(shop, "a")
    told(shop, of("stranger", DELIVERED))
    superuser.execute("UPDATE receipt SET came_at = now() - interval '4 days'")  # type: ignore[attr-defined]
    told(shop, of("a", DELIVERED))
    assert superuser.execute("SELECT count(*) FROM receipt").fetchone() == (0,)  # type: ignore[attr-defined]


def test_the_newest_of_two_messages_is_meant_that_a_gateway_called_alike(shop: Shop) -> None:
    first = accepted(shop, "a")
    with shop.work():
        (second,) = write(add_customer(phone="+380671112244"), letter("two"))
    with patch.object(type(simulator()), "send", return_value=[Answer(Fate.ACCEPTED, ("a",))]):
        send(shop)
    told(shop, of("a", DELIVERED))
    with shop.work():
        assert (status_of(first)[0], status_of(second)[0]) == (SENT, DELIVERED)


def test_the_simulator_tells_twice_late_and_in_the_wrong_order(shop: Shop, superuser: object) -> None:
    with shop.work():
        behave(doubled=1000, shuffled=1000, late=1000)
        messages = write(add_customer(phone=PHONE), *(letter(f"{number}") for number in range(5)))
    send(shop)
    superuser.execute("UPDATE simulated_event SET due_at = now()")  # type: ignore[attr-defined]
    listen(shop)
    with shop.work():
        assert {status_of(each)[0] for each in messages} == {DELIVERED}
        assert db.session.scalars(select(Outbox)).all() == []
        assert balance() == 600


def test_what_could_not_be_kept_is_told_again(shop: Shop) -> None:
    """RELIABILITY: a gateway is not told that we have what we have not."""
    with shop.work():
        (message,) = write(add_customer(phone=PHONE))
    send(shop)
    with patch("app.messaging.services.hearing.keep_receipts", side_effect=TimeoutError), pytest.raises(TimeoutError):
        listen(shop)
    listen(shop)
    with shop.work():
        assert status_of(message)[0] is DELIVERED


class TestIncoming:
    @pytest.fixture
    def olena(self, shop: Shop) -> int:
        with shop.work():
            customer = add_customer(phone=PHONE)
            write(customer)
        send(shop)
        return customer

    def hear(self, shop: Shop, text: str, address: str = PHONE, name: str = "1") -> None:
        incoming = Incoming(address=address, to="1234", text=text, gateway_id=name, at=dates.now())
        with patch.object(type(simulator()), "listen", return_value=iter([incoming])):
            listen(shop)

    def test_a_customer_writes_to_us_once(self, shop: Shop, olena: int) -> None:
        """MS-1."""
        for _each in range(2):
            self.hear(shop, "Where are my points?")
        with shop.work():
            row = db.session.scalars(select(Message).where(Message.direction == Direction.IN)).one()
            assert (row.customer_id, row.text, row.read_at) == (olena, "Where are my points?", None)

    def test_it_comes_to_the_business_that_wrote_last(self, shop: Shop, town: Town, olena: int) -> None:
        with town.teremok.work():
            write(add_customer(phone=PHONE))
        send(town.teremok)
        self.hear(shop, "Hello")
        with town.teremok.work():
            assert db.session.scalars(select(Message).where(Message.direction == Direction.IN)).one().text == "Hello"
        with shop.work():
            assert db.session.scalars(select(Message).where(Message.direction == Direction.IN)).all() == []

    def test_who_wrote_is_known_when_its_records_were_merged(self, shop: Shop, olena: int) -> None:
        """CP-9: the phone went to the record that stands for both, what was written to it stayed with the other."""
        with shop.work():
            survivor = add_customer(phone="+380671112244")
            merge_customers(*hold_pair(survivor, olena), {"phone"})
        self.hear(shop, "STOP")
        with shop.work():
            assert db.session.get_one(Customer, (shop.id, survivor)).phone == PHONE
            assert (
                db.session.scalars(select(Message.customer_id).where(Message.direction == Direction.IN)).one()
                == survivor
            )
            assert not details_of(customer_to_change(survivor)).granted(ConsentKind.SMS)

    def test_of_a_stranger_it_is_nobodys(self, shop: Shop, olena: int) -> None:
        self.hear(shop, "Hello", address="+380670000000")
        with shop.work():
            assert db.session.scalars(select(Message).where(Message.direction == Direction.IN)).all() == []

    @pytest.mark.parametrize(("text", "stops"), [("STOP", True), (" стоп.", True), ("Stop it", False), ("", False)])
    def test_stop_opts_out_of_the_channel(self, shop: Shop, olena: int, text: str, stops: bool) -> None:
        """BA-3, MS-1: by the customer itself, and no more is sent on this channel."""
        self.hear(shop, text)
        with shop.work():
            (message,) = write(olena, letter("next"))
            (other,) = write(olena, letter("mail", channel=Channel.EMAIL))
        send(shop)
        with shop.work():
            assert (status_of(message)[0] is MessageStatus.REJECTED) is stops
            assert other

    def test_a_stop_is_in_the_audit_log_and_serves_once(self, shop: Shop, olena: int) -> None:
        """PR-4: what is told again does not undo what the customer said later."""
        self.hear(shop, "STOP")
        with shop.work():
            line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "customer.choose_channels")).one()
            assert (line.subject_id, line.user_id) == (olena, None)
            choose_channels(customer_to_change(olena), CHANNELS)
        self.hear(shop, "STOP")
        with shop.work():
            assert details_of(customer_to_change(olena)).granted(ConsentKind.SMS)
