"""The customer's page as an app: manifest, worker, page without a connection, pushes let in (MY-1, WL-1)."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.businesses.queries import own_business
from app.businesses.services import set_web_address
from app.customers.details import details_of
from app.customers.models import ConsentKind
from app.customers.queries import customer_to_change
from app.customers.services.leaving import stop_channel
from app.gateway_config import PushSettings
from app.lib.push_keys import make_keys
from app.messaging.services.subscriptions import subscriptions_of
from tests.browsing import page_of, text_of
from tests.factories import add_customer
from tests.messaging.gateways.test_webpush import Browser
from tests.my.arriving import arrive, my, press
from tests.people import Shop, Town

SAID = vars(Browser("https://push.example.com/1").subscription)


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


class TestInstalling:
    def test_it_is_an_app_of_the_business(self, shop: Shop, client: FlaskClient) -> None:
        """WL-1: its name, colour and icons, and its pages alone."""
        with shop.work():
            own_business().colour = "#c8102e"
        answer = client.get(my(shop, "/manifest.webmanifest"))
        assert answer.mimetype == "application/manifest+json"
        said = json.loads(answer.text)
        assert {said[each] for each in ("id", "start_url", "scope")} == {my(shop)}
        assert (said["name"], said["theme_color"]) == ("Kavalier", "#c8102e")
        assert sorted((each["sizes"], each["purpose"]) for each in said["icons"]) == [
            (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
        ]
        assert all(client.get(each["src"]).mimetype == "image/png" for each in said["icons"])
        assert "regulars" not in answer.text.lower()

    def test_every_page_leads_to_it(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        for browser, path in ((client, "/sign-in"), (arrive(shop, olena), "")):
            links = page_of(browser.get(my(shop, path))).iter("link")
            heads = {each.get("rel"): each.get("href", "") for each in links}
            assert heads["manifest"] == my(shop, "/manifest.webmanifest")
            assert client.get(heads["apple-touch-icon"]).status_code == 200

    def test_its_worker_is_of_its_pages_alone(self, town: Town, shop: Shop, client: FlaskClient) -> None:
        """PR-1: two businesses' apps in one browser have a worker each."""
        answer = client.get(my(shop, "/worker.js"))
        assert answer.headers["Service-Worker-Allowed"] == my(shop)
        look = json.loads(re.findall(r"^const LOOK = (.*);$", answer.text, re.MULTILINE)[0])
        assert (look["home"], look["offline"]) == (my(shop), my(shop, "/offline"))
        assert all(client.get(each).status_code == 200 for each in (look["offline"], *look["files"]))
        assert f'"home": "{my(town.teremok)}"' in client.get(my(town.teremok, "/worker.js")).text

    def test_a_new_look_is_a_new_worker(self, shop: Shop, client: FlaskClient) -> None:
        """So browsers keep the page without a connection anew."""
        before = client.get(my(shop, "/worker.js")).text
        assert client.get(my(shop, "/worker.js")).text == before
        with shop.work():
            own_business().colour = "#c8102e"
        assert client.get(my(shop, "/worker.js")).text != before

    def test_the_page_without_a_connection_is_nobodys(self, shop: Shop, olena: int) -> None:
        """It is kept in the browser, whoever signs in next."""
        said = arrive(shop, olena).get(my(shop, "/offline"))
        assert "No connection" in text_of(said)
        assert "Olena" not in said.text

    @pytest.mark.parametrize("path", ["/manifest.webmanifest", "/worker.js", "/offline"])
    def test_a_business_that_is_none_has_none(self, client: FlaskClient, path: str) -> None:
        assert client.get(f"/my/nobody{path}").status_code == 404

    def test_the_businesss_own_address_finds_it(self, shop: Shop, client: FlaskClient) -> None:
        with shop.work():
            set_web_address("https://club.kvr.ua")
        assert client.get("/my", base_url="https://club.kvr.ua").location == my(shop)


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
        let_in(browser, shop, endpoint="https://push.example.com/2")
        press(browser, my(shop, "/sign-out"), where=where, endpoint=SAID["endpoint"])
        assert addresses(shop, olena) == left


def test_without_keys_they_are_not_offered(shop: Shop, olena: int) -> None:
    browser = arrive(shop, olena)
    assert "data-receive-pushes" not in browser.get(my(shop, "/settings")).text
    assert let_in(browser, shop).status_code == 400
