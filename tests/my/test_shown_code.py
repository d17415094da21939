"""The QR code of a customer's page, which the Terminal reads (MY-1, TE-1, BA-3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.customers.services.identifying import SHOWN_FOR, customer_known_by, number_to_show
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.lib.tokens import ForgedError, in_digits, out_of_digits, sign
from tests.browsing import text_of
from tests.customers.editing import audit_lines, column
from tests.factories import add_customer
from tests.my.arriving import arrive, my
from tests.people import Shop, Town
from tests.terminal.counter import look_up


def number_of(shop: Shop, customer: int) -> str:
    with shop.work():
        return number_to_show(customer)


def known(shop: Shop, number: str) -> int | None:
    with shop.work():
        return customer_known_by(number, "UA")


class TestAtTheTerminal:
    def test_it_finds_the_customer_and_confirms_that_it_takes_part(self, town: Town, olena: int) -> None:
        """BA-3: identified by its QR."""
        shop = town.kavalier
        assert column(shop, olena, "confirmed") is False
        assert "Olena" in text_of(look_up(town.browser(town.sasha), number_of(shop, olena)))
        assert column(shop, olena, "confirmed") is True
        assert [action for action, _changes in audit_lines(shop, "customer", olena)] == ["customer.confirm"]

    def test_a_phone_or_card_confirms_nothing(self, town: Town, olena: int) -> None:
        look_up(town.browser(town.sasha), "+380671112233")
        assert column(town.kavalier, olena, "confirmed") is False

    def test_it_holds_for_minutes(self, shop: Shop, olena: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """So a picture of it is of no use tomorrow."""
        number, now = number_of(shop, olena), dates.now()
        for minutes, found in ((0, olena), (SHOWN_FOR, olena), (SHOWN_FOR + 1, None), (-2, None), (1440, None)):
            monkeypatch.setattr("app.customers.services.identifying.dates.now", at(now + timedelta(minutes=minutes)))
            assert known(shop, number) == found, minutes
            monkeypatch.undo()

    def test_it_is_of_one_business(self, town: Town, olena: int) -> None:
        """PR-1."""
        assert known(town.teremok, number_of(town.kavalier, olena)) is None

    def test_of_a_merged_record_it_is_the_survivors(self, shop: Shop, olena: int) -> None:
        """CP-9."""
        number = number_of(shop, olena)
        with shop.work():
            survivor = add_customer("Olenka")
            merge_customers(*hold_pair(survivor, olena), set())
        assert known(shop, number) == survivor

    def test_of_an_erased_customer_it_is_nobodys(self, shop: Shop, olena: int) -> None:
        number = number_of(shop, olena)
        with shop.work():
            db.session.execute(text("UPDATE customer SET erased_at = now() WHERE id = :id"), {"id": olena})
        assert known(shop, number) is None

    def test_every_digit_counts(self, shop: Shop, olena: int) -> None:
        number = number_of(shop, olena)
        for place, digit in enumerate(number):
            other = str((int(digit) + 1) % 10)
            assert known(shop, number[:place] + other + number[place + 1 :]) is None
        for forged in (number + "0", "0" + number, number[:-1], "9" * 46, "9" * 5000, "0", "١" * 46):
            assert known(shop, forged) is None


class TestOnThePage:
    def test_it_is_drawn_anew_each_minute(self, shop: Shop, olena: int) -> None:
        client = arrive(shop, olena)
        page, piece = client.get(my(shop)), client.get(my(shop, "/shown-code"))
        assert page.text.count('hx-trigger="every 60s, visibilitychange from:document"') == 1
        assert piece.text.strip().startswith("<div")
        assert "<svg" in piece.text

    def test_who_was_signed_out_meanwhile_is_led_to_sign_in(self, shop: Shop, client: FlaskClient) -> None:
        answer = client.get(my(shop, "/shown-code"), headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, my(shop, "/sign-in"))


class TestDigits:
    def test_there_and_back(self) -> None:
        for number in (1, 127, 128, 10**6, 2**40):
            token = sign(b"key", "purpose", number, number)
            digits = in_digits(token)
            assert digits.isdigit()
            assert len(digits) <= 60
            assert out_of_digits(digits) == token

    @pytest.mark.parametrize("words", ["", "x", "-1", "1.5", "９", "1" * 129])
    def test_what_are_none(self, words: str) -> None:
        with pytest.raises(ForgedError):
            out_of_digits(words)


def at(moment: datetime) -> object:
    return lambda: moment
