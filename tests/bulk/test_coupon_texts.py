"""What customers are told of coupons issued in bulk: the code, in their language, never dearer than quoted (BA-9)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from app.bulk.models import Batch
from app.customers.models import Customer
from app.extensions import db
from app.lib.short_codes import spelt
from app.lib.sms import segment_count
from app.loyalty.models import Notify, Program
from app.messaging.models import Channel, Message
from app.offers.models import CodeKind, Coupon
from tests.browsing import text_of
from tests.bulk.batches import became, do, preview
from tests.factories import add_customer, add_series
from tests.people import Shop, Town

TITLES = {"en": "Ten percent off", "uk": "Десять відсотків знижки на всю каву й випічку до кінця року" * 2}


@pytest.fixture
def customers(shop: Shop) -> list[int]:
    """One reads English, the other Ukrainian."""
    with shop.work():
        db.session.execute(update(Program).values(notifications=Notify.SMS))
        people = [add_customer(f"C{number}", phone=f"+38067000000{number}") for number in range(2)]
        for customer, spoken in zip(people, ("en", "uk"), strict=True):
            mine = update(Customer).where(Customer.id == customer)
            db.session.execute(mine.values(language=spoken, confirmed=True))
        return people


def said(shop: Shop, texts: dict[str, str] | None = None, **values: Any) -> dict[str, Any]:
    with shop.work():
        series = add_series(public_titles=TITLES, **values)
        return {"program": shop.program, "series": series, "texts": texts or {}}


def messages(shop: Shop) -> dict[int, Message]:
    with shop.work():
        rows = db.session.scalars(select(Message).where(Message.direction == 1)).all()
        db.session.expunge_all()
        return {each.customer_id or 0: each for each in rows}


def codes(shop: Shop) -> dict[int, str]:
    with shop.work():
        return {each.customer_id or 0: spelt(each.code) for each in db.session.scalars(select(Coupon))}


def test_without_a_text_the_code_is_told(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-9: in the customer's language, by the channel of the program's notices of transactions."""
    number = do(shop, town.anna, "coupons", said(shop, number_limit=2), customers)
    assert became(shop, number) == {"done": 2}
    found, known = messages(shop), codes(shop)
    assert {each.channel for each in found.values()} == {Channel.SMS}
    assert found[customers[0]].text == f"Kavalier Club: You have been credited coupon {known[customers[0]]}"
    assert known[customers[1]] in found[customers[1]].text
    assert "Вам" in found[customers[1]].text


def test_a_text_names_the_code_and_the_series(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-1, BA-9: quoted for each with the title in the language of the text."""
    texts = {"en": "{first_name}, {series}: {coupon}", "uk": "{first_name}, {series}: {coupon}"}
    asked = said(shop, texts)
    number = preview(shop, town.anna, "coupons", asked, customers)
    with shop.work():
        quoted = db.session.get_one(Batch, (shop.id, number)).foreseen["message"]
    do(shop, town.anna, "coupons", asked, customers)
    found, known = messages(shop), codes(shop)
    for place, language in enumerate(("en", "uk")):
        text = f"C{place}, {TITLES[language]}: {known[customers[place]]}"
        assert found[customers[place]].text == f"Kavalier Club: {text}"
    taken = [segment_count(each.text) for each in found.values()]
    assert [each.segments for each in found.values()] == taken
    assert sum(units for _number, units in quoted["routes"].values()) == sum(taken)


def test_a_shared_code_is_told_as_it_is(town: Town, shop: Shop, customers: list[int]) -> None:
    asked = said(shop, code_kind=CodeKind.SHARED, code="WELCOME10", code_key="WELCOME10")
    do(shop, town.anna, "coupons", asked, customers)
    assert messages(shop)[customers[0]].text == "Kavalier Club: You have been credited coupon WELCOME10"


def test_a_program_that_notifies_nobody_tells_nobody(town: Town, shop: Shop, customers: list[int]) -> None:
    """LP-3"""
    with shop.work():
        db.session.execute(update(Program).values(notifications=Notify.NONE))
    number = do(shop, town.anna, "coupons", said(shop), customers)
    assert became(shop, number) == {"done": 2}
    assert messages(shop) == {}


def test_the_preview_shows_it_as_it_is_read(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-1, BA-9: an example stands for the code, the title is that of the series."""
    number = preview(shop, town.anna, "coupons", said(shop, {"en": "Take {series}: {coupon}"}), customers)
    shown = text_of(town.browser(town.anna).get(f"/bulk-actions/{number}"))
    assert "Kavalier Club: Take Ten percent off: 7KQX-2M9P-4T5" in shown
