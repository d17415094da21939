"""The customer's page as an app: manifest, worker, page without a connection (MY-1, WL-1)."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from app.businesses.queries import own_business
from app.businesses.services import set_web_address
from tests.browsing import page_of, text_of
from tests.my.arriving import arrive, my
from tests.people import Shop, Town


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
