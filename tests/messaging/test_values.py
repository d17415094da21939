"""What variables stand for: a customer's own data, in its language, one statement for all (BA-1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from app.extensions import db
from app.lib import dates, formats
from app.links import own_address, stopping
from app.locale import main_language
from app.loyalty.models import Program
from app.loyalty.services.accounts import add_account
from app.messaging.texts import OF_COUPON, VARIABLES
from app.messaging.values import money_words, values_of
from tests.factories import add_customer, add_points, hold
from tests.people import Shop, Town

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def values(shop: Shop, customer: int, *names: str) -> dict[str, str]:
    return dict(values_of([customer], shop.program, names or tuple(VARIABLES))[customer].values)


def test_every_variable_has_a_value_of_someone_who_has_everything(shop: Shop) -> None:
    with shop.work():
        customer = add_customer("Olena", "Koval", "+380671112233", cards=["7700", "7701"])
        add_points(customer, 123_450, days=30)
        add_points(customer, 100)
        hold(customer, add_account(shop.program, "Gifts", ""), 50_000)
        hold(customer, add_account(shop.program, "Coffees", "cups"), 300)
        found = values(shop, customer)
        link = found.pop("unsubscribe")
        expires = (dates.now() + timedelta(days=30)).astimezone(tz=None).date()
        assert found | {"expires_on": ""} == {
            "first_name": "Olena",
            "last_name": "Koval",
            "points": "1\u00a0235,50",
            "expiring_points": "1\u00a0234,50",
            "expires_on": "",
            "balance": "500,00 ₴",
            "card": "7700",
            "category": "New Customers",
            "program": "Kavalier Club",
        }
        near = {formats.long_date(expires + timedelta(days=off), "uk") for off in (-1, 0, 1)}
        assert found["expires_on"] in near
        assert re.fullmatch(r"http://127\.0\.0\.1:8000/u/[\w-]+", link)
        assert stopping(link.rpartition("/")[2]).customer_id == customer


def test_nothing_is_an_empty_value_and_nothing_held_is_a_nought(shop: Shop) -> None:
    with shop.work():
        found = values(shop, add_customer("", ""))
        assert {name for name, value in found.items() if not value} == {
            *("first_name", "last_name", "expiring_points", "expires_on", "card"),
        }
        assert (found["points"], found["balance"]) == ("0", "0,00 ₴")


def test_points_past_their_date_are_no_points_to_spend(shop: Shop) -> None:
    with shop.work():
        customer = add_customer()
        add_points(customer, 5_000, days=-1)
        add_points(customer, 200, days=-3)
        add_points(customer, 300)
        assert values(shop, customer, "points", "expiring_points") == {"points": "3", "expiring_points": ""}


def test_they_are_written_in_the_customers_language(shop: Shop) -> None:
    with shop.work():
        customer = add_customer()
        db.session.get_one(Program, (shop.id, shop.program)).public_names = {"uk": "Кавалер", "en": "Kavalier"}
        assert values(shop, customer, "program") == {"program": "Кавалер"}
        # An import brought languages that nobody here speaks; "ua" is none at all.
        spoken = [("en", "Kavalier", "0.00 UAH"), ("ru", "Kavalier", "0,00 ₴"), ("ua", "Кавалер", "0,00 ₴")]
        for language, name, money in [*spoken, ("pl", "Кавалер", "0,00 ₴")]:
            db.session.execute(
                db.text("UPDATE customer SET language = :code WHERE id = :id"), {"code": language, "id": customer}
            )
            assert values(shop, customer, "program", "balance") == {"program": name, "balance": money}


@pytest.mark.parametrize(
    ("currency", "language", "words"),
    [
        ("UAH", "en", "1,234.50 UAH"),
        ("UAH", "uk", "1\u00a0234,50 ₴"),
        ("USD", "en", "1,234.50 $"),
        ("JPY", "en", "123,450 ¥"),
        ("GBP", "en", "1,234.50 £"),
    ],
)
def test_no_sign_makes_an_english_sms_dearer(currency: str, language: str, words: str) -> None:
    assert money_words(123_450, language, currency) == words


def test_many_customers_are_one_statement(shop: Shop, count_statements: Counter) -> None:
    with shop.work():
        few, many = [add_customer() for _ in range(2)], [add_customer() for _ in range(60)]
        counted = []
        main_language(), own_address("")  # read once, for all of a unit of work
        for customers in (few, many):
            db.session.expire_all()
            with count_statements() as sent:
                assert set(values_of(customers, shop.program, VARIABLES)) == set(customers)
            counted.append(len(sent))
        assert counted[0] == counted[1] <= 3


def test_customers_of_another_business_have_no_values(town: Town) -> None:
    """PR-1."""
    with town.teremok.work():
        theirs = add_customer()
    with town.kavalier.work():
        assert values_of([theirs], town.kavalier.program, VARIABLES) == {}


def test_a_name_is_in_one_list_alone() -> None:
    assert not set(VARIABLES) & set(OF_COUPON)
