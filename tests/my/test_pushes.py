"""Pushes that a customer's browser lets in, and what ends them (MY-1, BA-2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.customers.details import details_of
from app.customers.models import ConsentKind, Customer
from app.customers.queries import customer_to_change
from app.customers.services.leaving import stop_channel
from app.extensions import db
from app.gateway_config import PushSettings
from app.lib import dates
from app.lib.push_keys import make_keys
from app.messaging.services.subscriptions import subscriptions_of
from app.my.models import MySession
from app.my.services import forget_old
from app.my.services.sessions import IDLE
from tests.factories import add_customer
from tests.messaging.gateways.test_webpush import Browser
from tests.my.arriving import arrive, ask, code_sent, give, my, press
from tests.my.conftest import PHONE
from tests.people import Shop

SAID = vars(Browser("https://push.example.com/1").subscription)
OTHER_PHONE = "+380671112244"


@pytest.fixture
def pushing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """This house has keys for pushes."""
    before = shop.app.config["REGULARS"]
    gateways = replace(before.gateways, webpush=PushSettings(make_keys()[0], "mailto:club@example.com"))
    monkeypatch.setitem(shop.app.config, "REGULARS", replace(before, gateways=gateways))
    return shop


def let_in(browser: FlaskClient, shop: Shop, **other: str) -> TestResponse:
    return press(browser, my(shop, "/pushes"), **(SAID | other))


def addresses(shop: Shop, customer: int) -> list[str]:
    with shop.work():
        return [each.endpoint for each in subscriptions_of([customer]).get(customer, ())]


class TestPushes:
    @pytest.fixture
    def browser(self, pushing: Shop, olena: int) -> FlaskClient:
        return arrive(pushing, olena)

    def test_a_customer_lets_them_in_and_gives_them_up(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        assert let_in(browser, shop).location == my(shop, "/settings?saved=1")
        assert addresses(shop, olena) == [SAID["endpoint"]]
        assert press(browser, my(shop, "/pushes/removal"), endpoint="https://push.example.com/2").status_code == 303
        assert addresses(shop, olena) == [SAID["endpoint"]]
        press(browser, my(shop, "/pushes/removal"), endpoint=SAID["endpoint"])
        assert addresses(shop, olena) == []

    def test_whoever_had_refused_them_wants_them_now(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        """CP-7: and what else was refused stays so."""
        with shop.work():
            for kind in (ConsentKind.PUSH, ConsentKind.SMS):
                stop_channel(customer_to_change(olena), kind)
        let_in(browser, shop)
        with shop.work():
            kept = details_of(customer_to_change(olena))
            assert [kept.granted(kind) for kind in (ConsentKind.PUSH, ConsentKind.SMS)] == [True, False]

    @pytest.mark.parametrize("wrong", [{"endpoint": "http://127.0.0.1/1"}, {"p256dh": "short"}, {"auth": ""}])
    def test_what_no_browser_says_is_refused(
        self, shop: Shop, olena: int, browser: FlaskClient, wrong: dict[str, str]
    ) -> None:
        assert let_in(browser, shop, **wrong).status_code == 400
        assert addresses(shop, olena) == []

    def test_nobody_does_it_for_another(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        """PR-1: who is not signed in is led to sign in; another customer gives up none but its own."""
        let_in(browser, shop)
        nobody = shop.app.test_client()
        assert let_in(nobody, shop).location.startswith(my(shop, "/sign-in"))
        with shop.work():
            petro = add_customer("Petro", phone="+380671112244")
        press(arrive(shop, petro), my(shop, "/pushes/removal"), endpoint=SAID["endpoint"])
        assert addresses(shop, olena) == [SAID["endpoint"]]

    @pytest.mark.parametrize(("where", "left"), [("here", ["https://push.example.com/2"]), ("everywhere", [])])
    def test_signing_out_ends_them(
        self, shop: Shop, olena: int, browser: FlaskClient, where: str, left: list[str]
    ) -> None:
        let_in(browser, shop)
        let_in(arrive(shop, olena), shop, endpoint="https://push.example.com/2")
        press(browser, my(shop, "/sign-out"), where=where)
        assert addresses(shop, olena) == left


def test_two_who_swap_their_browsers_wait_for_each_other_in_order(pushing: Shop, olena: int) -> None:
    """RELIABILITY: neither meets an error, and each has one browser whoever came last."""
    with pushing.work():
        petro = add_customer("Petro", phone=OTHER_PHONE)
    people = [arrive(pushing, each) for each in (olena, petro)]
    places = [{"endpoint": f"https://push.example.com/{number}"} for number in range(2)]
    for turn in range(12):
        start = Barrier(2)

        def swap(person: int, turn: int = turn, start: Barrier = start) -> int:
            start.wait()
            return let_in(people[person], pushing, **places[(person + turn) % 2]).status_code

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(swap, range(2))) == [303, 303]
    assert sorted(addresses(pushing, olena) + addresses(pushing, petro)) == [each["endpoint"] for each in places]


@pytest.mark.usefixtures("quickly")
class TestNextInTheBrowser:
    """Whose pushes come to a browser in which somebody else signs in."""

    @pytest.fixture
    def browser(self, pushing: Shop, olena: int) -> FlaskClient:
        browser = arrive(pushing, olena)
        browser.set_cookie("language", "en")
        let_in(browser, pushing)
        return browser

    @pytest.fixture
    def petro(self, shop: Shop) -> int:
        with shop.work():
            return add_customer("Petro", phone=OTHER_PHONE)

    def lapse(self, shop: Shop) -> None:
        """Two months and a day go by, and the night after them."""
        with shop.work():
            db.session.execute(update(MySession).values(last_seen_at=dates.now() - IDLE - timedelta(days=1)))
            forget_old()

    def sign_in(self, browser: FlaskClient, shop: Shop, phone: str) -> None:
        give(browser, ask(browser, shop, phone).location or "", code_sent(shop))
        assert browser.get(my(shop)).status_code == 200

    def test_they_outlive_a_session_that_ran_out(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        """A push is for who stayed away; what it opens asks to sign in first."""
        self.lapse(shop)
        assert addresses(shop, olena) == [SAID["endpoint"]]
        asked = browser.get(my(shop, "/messages/1")).location
        assert asked.startswith(my(shop, "/sign-in?next="))

    def test_who_comes_back_keeps_them(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        self.lapse(shop)
        self.sign_in(browser, shop, PHONE)
        assert addresses(shop, olena) == [SAID["endpoint"]]
        press(browser, my(shop, "/sign-out"))
        assert addresses(shop, olena) == []

    def test_who_comes_instead_ends_them(self, shop: Shop, olena: int, petro: int, browser: FlaskClient) -> None:
        self.lapse(shop)
        self.sign_in(browser, shop, OTHER_PHONE)
        assert addresses(shop, olena) == addresses(shop, petro) == []
        assert not has_app(shop, olena)

    def test_leaving_the_last_program_ends_them(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        press(browser, my(shop, f"/programs/{shop.program}/leaving"), sure="yes")
        assert addresses(shop, olena) == []
        assert not has_app(shop, olena)


class TestAnotherAddress:
    """A push service gives a browser another one, which its worker tells (pushsubscriptionchange)."""

    NEWER = "https://push.example.com/newer"

    @pytest.fixture
    def browser(self, pushing: Shop, olena: int) -> FlaskClient:
        browser = arrive(pushing, olena)
        let_in(browser, pushing)
        return browser

    def renew(self, browser: FlaskClient, shop: Shop, **other: str) -> int:
        """Without a token of a form, as a worker has none."""
        return browser.post(my(shop, "/pushes/renewal"), data=SAID | {"endpoint": self.NEWER} | other).status_code

    def test_it_takes_the_place_of_the_former(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        assert self.renew(browser, shop) == 204
        assert addresses(shop, olena) == [self.NEWER]

    def test_a_session_that_ran_out_is_known_by_its_cookie(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        with shop.work():
            db.session.execute(update(MySession).values(last_seen_at=dates.now() - IDLE - timedelta(days=1)))
            forget_old()
        assert self.renew(browser, shop) == 204
        assert addresses(shop, olena) == [self.NEWER]

    def test_nothing_comes_where_they_were_turned_off(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        press(browser, my(shop, "/pushes/removal"), endpoint=SAID["endpoint"])
        assert self.renew(browser, shop) == 400
        assert addresses(shop, olena) == []

    def test_nobody_does_it_for_another(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        with shop.work():
            petro = add_customer("Petro", phone=OTHER_PHONE)
        for other in (shop.app.test_client(), arrive(shop, petro)):
            assert self.renew(other, shop) == 400
        site = browser.post(my(shop, "/pushes/renewal"), data=SAID, headers={"Origin": "https://evil.example.com"})
        assert site.status_code == 400
        assert addresses(shop, olena) == [SAID["endpoint"]]

    def test_what_no_browser_says_is_refused(self, shop: Shop, olena: int, browser: FlaskClient) -> None:
        assert self.renew(browser, shop, auth="") == 400
        assert addresses(shop, olena) == [SAID["endpoint"]]


def has_app(shop: Shop, customer: int) -> bool:
    with shop.work():
        return db.session.get_one(Customer, (shop.id, customer)).app_installed


def test_without_keys_they_are_not_offered(shop: Shop, olena: int) -> None:
    browser = arrive(shop, olena)
    assert "data-receive-pushes" not in browser.get(my(shop, "/settings")).text
    assert let_in(browser, shop).status_code == 400
