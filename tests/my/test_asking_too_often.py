"""How often codes are asked for and tried, and by whom: nobody shuts others out (MY-1, RELIABILITY: PIN)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.extensions import db
from app.lib import dates
from app.my.models import MyCode
from tests.browsing import forms_of
from tests.my.arriving import ask, code_sent, give, my, pins, press
from tests.my.conftest import PHONE
from tests.people import Shop

pytestmark = pytest.mark.usefixtures("quickly")
NOBODY = "+380671119999"


class TestAskingTooOften:
    def test_a_phone_gets_three_codes_in_ten_minutes(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        assert [ask(client, shop, PHONE).status_code for _ in range(4)] == [303, 303, 303, 429]
        assert pins(shop) == 3
        assert ask(client, shop, NOBODY).status_code == 303

    def test_and_ten_a_day_that_nobody_used(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """Each is an SMS on someone's phone, which the business pays for; one for nobody is counted alike."""
        for phone in (PHONE, NOBODY):
            ask(client, shop, phone)
            with shop.work():
                row = "business_id, gen_random_uuid(), customer_id, phone_hash, ending, code_hash, now(), created_at"
                names = "business_id, key, customer_id, phone_hash, ending, code_hash, expires_at, created_at"
                copy = f"INSERT INTO my_code ({names}) SELECT {row} FROM my_code, generate_series(1, 9)"
                db.session.execute(text(f"{copy} WHERE ending = :ending"), {"ending": phone[-2:]})
            assert ask(client, shop, phone).status_code == 429

    def test_after_twenty_wrong_tries_no_code_helps_that_day(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        page = ask(client, shop, PHONE).location or ""
        code = code_sent(shop)
        with shop.work():
            db.session.execute(
                text(
                    "INSERT INTO my_code (business_id, key, phone_hash, ending, code_hash, tries, expires_at)"
                    " SELECT business_id, gen_random_uuid(), phone_hash, ending, 'x', 5, now() FROM my_code,"
                    " generate_series(1, 4)"
                )
            )
        assert press(client, page, code=code).location == my(shop, "/sign-in?over=1")
        assert ask(client, shop, PHONE).status_code == 429

    def test_an_address_asks_and_tries_so_often(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        form = forms_of(client.get(my(shop, "/sign-in")))[0]
        phones = [f"+3806711144{number:02d}" for number in range(31)]
        answers = [client.post(form.action, data={**form.values, "phone": phone}).status_code for phone in phones]
        assert answers == [303] * 30 + [429]

    def test_an_address_that_asks_on_shuts_nobody_out(
        self, shop: Shop, olena: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What it is refused counts neither for the phone nor for the business."""
        monkeypatch.setattr("app.accounts.throttle.OF_ADDRESS", {"my address": (2, timedelta(minutes=10))})
        monkeypatch.setattr("app.accounts.throttle.OF_BUSINESS", {"my business": (3, timedelta(minutes=10))})
        asked = asking(client, shop)
        phones = [NOBODY, "+380671119998", *[PHONE] * 4]
        assert [asked(phone, "198.51.100.1") for phone in phones] == [303, 303, 429, 429, 429, 429]
        assert asked(PHONE, "198.51.100.2") == 303

    def test_a_network_of_a_rented_server_is_one_address(
        self, shop: Shop, olena: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.accounts.throttle.OF_ADDRESS", {"my address": (2, timedelta(minutes=10))})
        asked = asking(client, shop)
        addresses = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"]
        phones = [f"+38067111999{number}" for number in range(4)]
        assert [asked(*each) for each in zip(phones, addresses, strict=True)] == [303, 303, 429, 303]

    def test_phones_that_nobody_has_fill_no_measure_of_the_business(
        self, shop: Shop, olena: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else a stranger with a list of numbers shuts every customer out."""
        monkeypatch.setattr("app.accounts.throttle.OF_BUSINESS", {"my business": (2, timedelta(minutes=10))})
        asked = asking(client, shop)
        phones = [f"+38067111999{number}" for number in range(4)]
        assert [asked(phone, "198.51.100.1") for phone in [*phones, PHONE, PHONE]] == [303] * 6

    def test_a_full_measure_of_the_business_refuses_known_and_unknown_alike(
        self, shop: Shop, olena: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.accounts.throttle.OF_BUSINESS", {"my business": (1, timedelta(minutes=10))})
        asked = asking(client, shop)
        assert [asked(phone, "198.51.100.1") for phone in (PHONE, NOBODY, PHONE)] == [303, 429, 429]

    def test_a_business_under_attack_compares_no_code(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """Many phones at once are guessed no faster than one."""
        page = ask(client, shop, PHONE).location or ""
        guess_in_vain(shop, olena)
        assert press(client, page, code=code_sent(shop)).location == my(shop, "/sign-in?over=1")
        assert ask(client, shop, NOBODY).status_code == 429

    def test_tries_with_phones_that_nobody_has_shut_nobody_out(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        """Three addresses may try that often in an hour, and nothing is guessed by it."""
        guess_in_vain(shop, None)
        page = ask(client, shop, PHONE).location or ""
        assert give(client, page, code_sent(shop)).location == my(shop)

    def test_who_asks_at_once_gets_no_more(self, shop: Shop, olena: int) -> None:
        def once(_number: int) -> int:
            return ask(shop.app.test_client(), shop, PHONE).status_code

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(once, range(8))) == [303] * 3 + [429] * 5
        with shop.work():
            open_ones = select(MyCode).where(MyCode.expires_at > dates.now())
            assert len(db.session.scalars(open_ones).all()) == 1


def asking(client: FlaskClient, shop: Shop) -> Callable[[str, str], int]:
    """Asks for a code with a phone from an address; the answer's status."""
    form = forms_of(client.get(my(shop, "/sign-in")))[0]

    def asked(phone: str, address: str) -> int:
        values = {**form.values, "phone": phone}
        return client.post(form.action, data=values, environ_base={"REMOTE_ADDR": address}).status_code

    return asked


def guess_in_vain(shop: Shop, customer: int | None) -> None:
    """A thousand times, with a phone of this customer, or of nobody."""
    with shop.work():
        db.session.execute(
            text(
                "INSERT INTO my_code (business_id, key, customer_id, phone_hash, ending, code_hash, tries, expires_at)"
                " SELECT :id, gen_random_uuid(), :customer, 'other', '00', 'x', 5, now() FROM generate_series(1, 200)"
            ),
            {"id": shop.id, "customer": customer},
        )
