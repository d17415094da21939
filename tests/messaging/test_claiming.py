"""What goes, what waits and what is over: judged when it is claimed (BA-3, BA-15, BI-1, RELIABILITY: messages)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from app.billing.queries import balance, spendable
from app.billing.services import Prices, set_tariff, top_up
from app.businesses.models import BusinessFeature, Feature
from app.customers.models import Consent, ConsentKind, Customer, Enrolment
from app.customers.services.erasing import confirmation, erase_customer
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.lib.phones import zone_of
from app.loyalty.models import Access, Program
from app.messaging.models import Channel, Message, MessageKind, MessageStatus, Outbox, Reason, Step
from app.messaging.services import write_letters
from app.messaging.services.claiming import claim
from app.messaging.services.judging import quiet_until
from tests.factories import add_customer, default_program
from tests.messaging.pipeline import PHONE, arrived, clock, letter, make_due, send, status_of, step_of, write
from tests.people import Shop, Town

KYIV = ZoneInfo("Europe/Kyiv")
SENT, REJECTED = MessageStatus.SENT, MessageStatus.REJECTED
SALE, BULK, NEWS = MessageKind.TRANSACTION, MessageKind.BULK, MessageKind.NEWS


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def sent(shop: Shop, kind: MessageKind, customer: int, **values: object) -> tuple[MessageStatus, str]:
    """What becomes of a message of a kind."""
    with shop.work():
        (message,) = write(customer, letter(f"{kind}", kind, **values))
    send(shop)
    with shop.work():
        return status_of(message)


def consent(customer: int, kind: ConsentKind, granted: bool) -> None:
    db.session.add(
        Consent(business_id=customer_business(), customer_id=customer, kind=kind, granted=granted, at=dates.now())
    )
    db.session.flush()


def customer_business() -> int:
    return default_program().business_id


def change_program(**values: object) -> None:
    db.session.execute(update(Program).values(**values))


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL, Channel.VIBER, Channel.PUSH])
def test_who_opted_out_of_a_channel_gets_nothing_there(shop: Shop, channel: Channel) -> None:
    """BA-3: opt-outs always hold; of other channels it was not spoken."""
    with shop.work():
        olena = add_customer(phone=PHONE, email="o@k.ua", app_installed=True)
        consent(olena, ConsentKind[channel.name], False)
    assert sent(shop, SALE, olena, channel=channel) == (REJECTED, Reason.OPTED_OUT)
    other = Channel.SMS if channel is not Channel.SMS else Channel.EMAIL
    assert sent(shop, MessageKind.NOTICE, olena, channel=other)[0] is SENT


def test_who_refused_the_processing_of_its_data_gets_nothing(shop: Shop) -> None:
    with shop.work():
        olena = add_customer(phone=PHONE)
        consent(olena, ConsentKind.PROCESSING, False)
    assert sent(shop, SALE, olena) == (REJECTED, Reason.NO_CONSENT)


@pytest.mark.parametrize(
    ("access", "kind", "became"),
    [
        (Access.BLACKLISTED, SALE, (REJECTED, Reason.BLACKLISTED)),
        (Access.BLACKLISTED, BULK, (REJECTED, Reason.BLACKLISTED)),
        (Access.NONE, BULK, (REJECTED, Reason.NO_CONSENT)),
        (Access.NONE, SALE, (SENT, "")),
        (Access.LIMITED, BULK, (SENT, "")),
    ],
)
def test_access_decides(shop: Shop, access: Access, kind: MessageKind, became: tuple[MessageStatus, str]) -> None:
    """AC-1: in the program of the message."""
    with shop.work():
        olena = add_customer(phone=PHONE, access=access, confirmed=True)
    assert sent(shop, kind, olena) == became


def test_who_left_a_program_gets_no_more_of_what_goes_to_many(shop: Shop) -> None:
    with shop.work():
        olena = add_customer(phone=PHONE, confirmed=True)
        db.session.execute(update(Enrolment).values(left_at=dates.now()))
    assert sent(shop, BULK, olena) == (REJECTED, Reason.LEFT)
    assert sent(shop, SALE, olena)[0] is SENT


class TestSender:
    @pytest.mark.parametrize(
        ("kind", "channel", "confirmed", "became"),
        [
            (BULK, Channel.SMS, False, (REJECTED, Reason.NOT_CONFIRMED)),
            (BULK, Channel.SMS, True, (SENT, "")),
            (BULK, Channel.EMAIL, False, (SENT, "")),
            (SALE, Channel.SMS, False, (SENT, "")),
            (MessageKind.WELCOME, Channel.SMS, False, (SENT, "")),
        ],
    )
    def test_under_the_platforms_name_only_who_confirmed_receives(
        self, shop: Shop, kind: MessageKind, channel: Channel, confirmed: bool, became: tuple[MessageStatus, str]
    ) -> None:
        """BA-3: of SMS of bulk actions; it costs nothing."""
        with shop.work():
            set_tariff(Prices(0, 0, 80, 50))
            top_up(80, "one")
            olena = add_customer(phone=PHONE, email="o@k.ua", confirmed=confirmed)
        assert sent(shop, kind, olena, channel=channel) == became
        with shop.work():
            assert balance() == spendable() == (0 if became[0] is SENT and channel is Channel.SMS else 80)

    @pytest.mark.parametrize("enabled", [True, False])
    def test_under_its_own_name_everyone_does(self, shop: Shop, enabled: bool) -> None:
        """BA-3: once support enabled it; the message keeps the name it went under."""
        with shop.work():
            olena = add_customer(phone=PHONE)
            change_program(sender="KAVALIER")
            if enabled:
                db.session.add(BusinessFeature(business_id=shop.id, feature=Feature.ALPHA_NAME))
        became = (SENT, "") if enabled else (REJECTED, Reason.NOT_CONFIRMED)
        assert sent(shop, BULK, olena) == became
        with shop.work():
            assert [each.sender for each in arrived()] == ["KAVALIER"] * enabled
            assert db.session.query(Message.sender).scalar() == ("KAVALIER" if enabled else "")


class TestWhom:
    def test_a_merged_records_message_goes_to_the_survivor(self, shop: Shop) -> None:
        """CP-9: its phone, its opt-outs."""
        with shop.work():
            absorbed = add_customer("Irena")
            survivor = add_customer("Iryna", phone=PHONE)
            (message,) = write(absorbed)
            merge_customers(*hold_pair(survivor, absorbed), set())
        send(shop)
        with shop.work():
            assert [each.address for each in arrived(message)] == [PHONE]
            consent(survivor, ConsentKind.SMS, False)
        assert sent(shop, MessageKind.NOTICE, absorbed) == (REJECTED, Reason.OPTED_OUT)

    def test_an_erased_ones_is_stopped(self, shop: Shop) -> None:
        """CP-8: a worker that has it already does not send it, and what was reserved is given back."""
        with shop.work():
            set_tariff(Prices(0, 0, 80, 50))
            top_up(800, "one")
            olena = add_customer(phone=PHONE)
            (message,) = write(olena)
            from_hand(shop)
        with shop.work():
            customer = db.session.get_one(Customer, (shop.id, olena))
            erase_customer(customer, confirmation(customer), None)
            assert status_of(message) == (REJECTED, Reason.ERASED)
            assert step_of(message) is None
            assert spendable() == 800
        assert sent(shop, SALE, olena) == (REJECTED, Reason.ERASED)

    @pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL, Channel.PUSH, Channel.VIBER])
    def test_without_an_address_it_is_rejected(self, shop: Shop, channel: Channel) -> None:
        with shop.work():
            olena = add_customer()
        assert sent(shop, SALE, olena, channel=channel) == (REJECTED, Reason.NO_ADDRESS)


def from_hand(shop: Shop) -> None:
    """Has a worker claim what there is."""
    claim(Channel.SMS, 10)


class TestQuietHours:
    @pytest.mark.parametrize(
        ("here", "until"),
        [
            ("2026-11-28T21:59", None),
            ("2026-11-28T22:00", "2026-11-29T09:00"),
            ("2026-11-29T00:30", "2026-11-29T09:00"),
            ("2026-11-29T08:59", "2026-11-29T09:00"),
            ("2026-11-29T09:00", None),
            # Clocks go forward at 3:00, and back at 4:00.
            ("2026-03-28T23:00", "2026-03-29T09:00"),
            ("2026-10-24T23:00", "2026-10-25T09:00"),
        ],
    )
    def test_over_midnight(self, here: str, until: str | None) -> None:
        """BA-15: by the recipient's clock, also on the days when it jumps."""
        now = datetime.fromisoformat(here).replace(tzinfo=KYIV).astimezone(UTC)
        ends = datetime.fromisoformat(until).replace(tzinfo=KYIV) if until else None
        assert quiet_until(time(22), time(9), now, KYIV) == ends

    def test_within_a_day(self) -> None:
        noon = datetime(2026, 11, 28, 12, tzinfo=KYIV)
        assert quiet_until(time(11), time(13), noon, KYIV) == noon.replace(hour=13)
        assert quiet_until(time(13), time(15), noon, KYIV) is None
        assert quiet_until(None, None, noon, KYIV) is None
        assert quiet_until(time(9), time(9), noon, KYIV) is None

    @pytest.mark.parametrize(
        ("phone", "zone"),
        [
            ("+380671112233", "Europe/Kyiv"),
            ("+48601234567", "Europe/Warsaw"),
            ("+12125550123", "America/New_York"),
            ("+79161234567", None),
            ("", "Europe/Kyiv"),
            ("+999", "Europe/Kyiv"),
        ],
    )
    def test_the_zone_is_the_phones(self, phone: str, zone: str | None) -> None:
        """BA-15: of its country, else the business's."""
        found = zone_of(phone, KYIV)
        moment = datetime(2026, 11, 28, 12, tzinfo=UTC)
        assert zone is None or found.utcoffset(moment) == ZoneInfo(zone).utcoffset(moment)

    def test_the_business_zone_is_taken_where_the_country_has_it_too(self) -> None:
        moscow = ZoneInfo("Europe/Moscow")
        assert zone_of("+79161234567", moscow) is moscow

    def test_messages_are_held_and_go_in_the_morning(self, shop: Shop) -> None:
        """BA-15, MS-1: held, not dropped; the recipient is in New York, where it is five in the afternoon."""
        night = datetime(2026, 11, 28, 23, tzinfo=KYIV).astimezone(UTC)
        with shop.work():
            change_program(quiet_from=time(22), quiet_to=time(9))
            olena, jane = add_customer(phone=PHONE), add_customer("Jane", phone="+12125550123")
            with clock(night):
                (message,), (other,) = write(olena, letter("olena")), write(jane, letter("jane"))
        with clock(night):
            send(shop)
        with shop.work():
            assert status_of(message) == (MessageStatus.HELD, Reason.QUIET)
            assert status_of(other)[0] is SENT
            row = db.session.get_one(Outbox, (shop.id, message))
            assert row.due_at == datetime(2026, 11, 29, 9, tzinfo=KYIV)
        with clock(datetime(2026, 11, 29, 9, tzinfo=KYIV).astimezone(UTC)):
            send(shop)
        with shop.work():
            assert status_of(message) == (SENT, "")

    def test_what_is_of_no_use_in_the_morning_fails_at_its_time(self, shop: Shop) -> None:
        night = datetime(2026, 11, 28, 23, tzinfo=KYIV).astimezone(UTC)
        with shop.work():
            change_program(quiet_from=time(22), quiet_to=time(9))
            customer = add_customer(phone=PHONE)
            with clock(night):
                (message,) = write(customer, letter(valid_until=night + timedelta(hours=1)))
        with clock(night):
            send(shop)
        with clock(night + timedelta(hours=1)):
            send(shop)
        with shop.work():
            assert status_of(message) == (MessageStatus.FAILED, Reason.LATE)


class TestMoney:
    def test_what_cannot_be_paid_for_waits_and_goes_with_the_money(self, shop: Shop) -> None:
        """BI-1: unpaid, with a clear reason; what is paid in has it go, whoever is not woken."""
        with shop.work():
            set_tariff(Prices(0, 0, 80, 50))
            top_up(100, "first")
            olena = add_customer(phone=PHONE)
            first, second = write(olena, letter("1"), letter("2"))
        send(shop)
        with shop.work():
            assert status_of(first)[0] is SENT
            assert status_of(second) == (MessageStatus.UNPAID, Reason.NO_MONEY)
            assert step_of(second) is Step.UNPAID
            assert balance() == spendable() == 20
            top_up(60, "second")
        send(shop)
        with shop.work():
            assert status_of(second) == (SENT, "")
            assert balance() == 0

    def test_unpaid_until_its_time_it_fails(self, shop: Shop) -> None:
        """BI-1: and never costs anything."""
        with shop.work():
            set_tariff(Prices(0, 0, 80, 50))
            (message,) = write(add_customer(phone=PHONE))
        send(shop)
        with shop.work():
            assert status_of(message)[0] is MessageStatus.UNPAID
            row = db.session.get_one(Outbox, (shop.id, message))
            assert row.due_at == db.session.get_one(Message, (shop.id, message)).valid_until
            make_due()
        send(shop)
        with shop.work():
            assert status_of(message) == (MessageStatus.FAILED, Reason.NO_MONEY)
            assert step_of(message) is None
            assert balance() == spendable() == 0

    def test_what_is_free_needs_no_money(self, shop: Shop) -> None:
        with shop.work():
            set_tariff(Prices(0, 0, 80, 50))
            olena = add_customer(phone=PHONE, email="o@k.ua", app_installed=True)
        assert sent(shop, SALE, olena, channel=Channel.EMAIL)[0] is SENT
        assert sent(shop, NEWS, olena, channel=Channel.PUSH)[0] is SENT
        assert sent(shop, BULK, olena, channel=Channel.VIBER)[0] is MessageStatus.UNPAID

    def test_it_is_charged_by_segments_at_the_price_of_its_reservation(self, shop: Shop) -> None:
        """BA-1: what was quoted is what is charged."""
        with shop.work():
            set_tariff(Prices(0, 0, 80, 50))
            top_up(1_000, "first")
            write_letters(add_customer(phone=PHONE), [letter(text="Привіт! " * 20)])
        send(shop)
        with shop.work():
            assert balance() == spendable() == 1_000 - 3 * 80
