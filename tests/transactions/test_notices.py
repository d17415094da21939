"""What a sale tells: dressed, in the customer's language, as short as an SMS can be (LP-1, LP-3, LP-5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from app.customers.models import Customer
from app.customers.queries import customer_to_change
from app.customers.services.leaving import leave_program
from app.extensions import db
from app.lib.sms import GSM7, alphabet_of, segments
from app.links import leaving, stopping
from app.locale import LANGUAGES
from app.loyalty.models import Notify
from app.messaging.models import Channel, Message, MessageKind
from app.messaging.texts import Voice
from app.transactions.notices import Manner, Told, announce_sale, pin_text
from app.transactions.services import Basket, BasketLine, sell
from tests.factories import add_customer
from tests.people import Shop, Town

KINDS = {MessageKind.WELCOME, MessageKind.TRANSACTION, MessageKind.COUPON}


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def told(shop: Shop, **changed: Any) -> Told:
    where = {"program_id": shop.program, "point_of_sale_id": shop.own_place, "terminal_id": shop.own_terminal}
    sale = {"transaction_id": 1, "customer_id": add_customer(), "amount": 1_234_550, "paid": 0, "earned": 123_455}
    return Told(**{**where, **sale, "balance": 1_234_550, **changed})


def manner(language: str, **changed: Any) -> Manner:
    voice = Voice({"en": "Kavalier", "uk": "Кавалер"}, "Kavalier", changed.pop("signature", ""))
    standard = {"notify": Notify.SMS, "terms_url": "https://kavalier.example/terms", "currency": "UAH"}
    standard["program_id"] = 1
    return Manner(**{"voice": voice, "language": language, "is_first": True, **standard, **changed})


def announced(shop: Shop, sale: Told, how: Manner) -> dict[MessageKind, Message]:
    announce_sale(sale, how)
    return {each.kind: each for each in letters_of(sale.customer_id)}


def letters_of(customer: int) -> Sequence[Message]:
    return db.session.scalars(select(Message).where(Message.customer_id == customer)).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_begins_with_the_name_and_ends_with_the_signature(shop: Shop, language: str) -> None:
    with shop.work():
        sale = told(shop, paid=5_000, coupons=("7KQX2M9P4T",))
        letters = announced(shop, sale, manner(language, signature="Stay warm"))
        assert set(letters) == KINDS
        for each in letters.values():
            assert each.text.startswith("Кавалер: " if language == "uk" else "Kavalier: ")
            assert each.text.endswith("\nStay warm")
            assert each.language == language
            assert each.segments == len(segments(each.text))
            assert "\u00a0" not in each.text
        assert "7KQX2M9P4T" in letters[MessageKind.COUPON].text


@pytest.mark.parametrize(
    ("language", "most"),
    [
        ("en", {MessageKind.WELCOME: 2, MessageKind.TRANSACTION: 1, MessageKind.COUPON: 1}),
        ("uk", {MessageKind.WELCOME: 4, MessageKind.TRANSACTION: 2, MessageKind.COUPON: 1}),
        ("ru", {MessageKind.WELCOME: 4, MessageKind.TRANSACTION: 2, MessageKind.COUPON: 1}),
    ],
)
def test_with_a_usual_name_they_take_few_segments(shop: Shop, language: str, most: dict[MessageKind, int]) -> None:
    """An English one is GSM-7 to the last sign, also with hryvnias and thousands."""
    with shop.work():
        sale = told(shop, paid=5_000, coupons=("7KQX2M9P4T",))
        letters = announced(shop, sale, manner(language))
        assert {kind: each.segments for kind, each in letters.items() if each.segments > most[kind]} == {}
        if language == "en":
            assert all(alphabet_of(each.text) is GSM7 for each in letters.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_the_longest_words_they_still_go_out(shop: Shop, language: str) -> None:
    """A name and a signature as long as forms take them: within the ten SMS that are sent at most."""
    with shop.work():
        voice = Voice(dict.fromkeys(LANGUAGES, "Кавалер " * 12), "", "Тепла " * 16)
        sale = told(shop, paid=5_000, coupons=("7KQX2M9P4T",))
        terms = "https://kavalier.example/" + "t" * 120
        letters = announced(shop, sale, manner(language, voice=voice, terms_url=terms))
        assert max(each.segments for each in letters.values()) <= 10


def test_the_welcome_leads_to_the_terms_and_to_both_ways_out(shop: Shop) -> None:
    """LP-5: links that name this customer and this program, short and without its phone."""
    with shop.work():
        sale = told(shop)
        welcome = announced(shop, sale, manner("en"))[MessageKind.WELCOME].text
        links = [word for word in welcome.split() if word.startswith("http")]
        assert links[0] == "https://kavalier.example/terms"
        assert all(len(link) <= 60 for link in links)
        stop, leave = (link.rpartition("/")[2] for link in links[1:])
        assert (stopping(stop).business_id, stopping(stop).customer_id) == (shop.id, sale.customer_id)
        assert leaving(leave).program_id == shop.program
        assert leaving(leave).customer_id == sale.customer_id


@pytest.mark.parametrize("notify", Notify)
def test_the_welcome_is_sent_whatever_is_told_of_sales(shop: Shop, notify: Notify) -> None:
    """LP-5: it cannot be turned off; with the program silent it is an SMS."""
    with shop.work():
        letters = announced(shop, told(shop), manner("uk", notify=notify))
        assert MessageKind.WELCOME in letters
        assert (MessageKind.TRANSACTION in letters) == (notify is not Notify.NONE)
        if notify is Notify.NONE:
            assert letters[MessageKind.WELCOME].channel is Channel.SMS


def test_a_push_has_the_name_as_its_title_and_an_e_mail_a_subject(shop: Shop) -> None:
    with shop.work():
        push = announced(shop, told(shop), manner("en", notify=Notify.PUSH))
        assert {each.title for each in push.values()} == {"Kavalier"}
        assert not any(each.text.startswith("Kavalier") for each in push.values())
    with shop.work():
        sale = told(shop, transaction_id=2)
        announce_sale(sale, manner("en", notify=Notify.EMAIL))
        mail = {each.kind: each for each in letters_of(sale.customer_id)}
        assert {each.title for each in mail.values()} == {"Kavalier: welcome", "Kavalier: your purchase"}


def test_two_coupons_are_two_letters_and_each_is_written_once(shop: Shop) -> None:
    with shop.work():
        sale = told(shop, coupons=("7KQX2M9P4T", "9ABX2M9P4T"))
        for _again in range(2):
            announce_sale(sale, manner("uk", is_first=False))
        assert db.session.scalar(select(func.count()).where(Message.kind == MessageKind.COUPON)) == 2


def test_what_may_become_an_sms_is_written_as_one(shop: Shop) -> None:
    """BA-2: a push of SMART and the SMS after it have the same text."""
    with shop.work():
        sale = told(shop)
        db.session.get_one(Customer, (shop.id, sale.customer_id)).app_installed = True
        db.session.flush()
        letters = announced(shop, sale, manner("en", notify=Notify.SMART))
        assert {each.channel for each in letters.values()} == {Channel.PUSH}
        assert all(each.text.startswith("Kavalier: ") and not each.title for each in letters.values())


def test_a_pin_is_told_in_the_customers_language(shop: Shop) -> None:
    """TE-3, LP-1: an SMS as any other; in English it is one."""
    with shop.work():
        assert pin_text("012345", manner("uk")).startswith("Кавалер: 012345 – ")
        english = pin_text("012345", manner("en", signature="Stay warm"))
    assert english.endswith("\nStay warm")
    assert alphabet_of(english) is GSM7


def test_a_language_that_nobody_speaks_keeps_no_sale_back(shop: Shop) -> None:
    """LP-1: an import brought it."""
    with shop.work():
        customer = add_customer()
        db.session.get_one(Customer, (shop.id, customer)).language = "ua"
        db.session.flush()
        sell(Basket(customer, shop.program, shop.own_terminal, lines=(BasketLine("Beans", 10_000),)))
        assert {each.language for each in letters_of(customer)} == {"uk"}


def test_who_left_is_told_nothing_more(shop: Shop) -> None:
    """LP-5."""
    with shop.work():
        customer = add_customer()
        basket = Basket(customer, shop.program, shop.own_terminal, lines=(BasketLine("Beans", 10_000),))
        sell(basket)
        leave_program(customer_to_change(customer), shop.program)
        sell(basket)
        assert {each.kind for each in letters_of(customer)} == {MessageKind.WELCOME, MessageKind.TRANSACTION}
        assert len(letters_of(customer)) == 2
