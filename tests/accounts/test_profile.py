"""The person's own page and preferences (PR-5, I18-1)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.browsing import csrf_token, form_to, page_of, send, text_of
from tests.people import Person, Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def choose(client: FlaskClient, what: str, value: str, **more: str) -> int:
    token = csrf_token(client)
    return client.post(f"/profile/{what}", data={"csrf_token": token, what: value, **more}).status_code


class TestPreferences:
    @pytest.mark.parametrize(
        ("language", "title"), [("en", "Points of sale"), ("uk", "Точки продажу"), ("ru", "Точки продаж")]
    )
    def test_the_language_follows_the_person(self, town: Town, anna: FlaskClient, language: str, title: str) -> None:
        """I18-1: on every device, from the next page on."""
        assert choose(anna, "language", language) == 303
        for browser in (anna, town.browser(town.anna)):
            root = page_of(browser.get("/points-of-sale"))
            assert root.get("lang") == language
            assert title in "".join(root.find(".//h1").itertext())
        assert page_of(town.browser(town.olha).get("/points-of-sale")).get("lang") == "en"

    def test_the_language_can_be_chosen_before_signing_in(self, client: FlaskClient) -> None:
        form = form_to(client.get("/login"), "/profile/language")
        assert send(client, form, {"language": "uk"}).status_code == 303
        assert page_of(client.get("/login")).get("lang") == "uk"

    def test_the_browsers_language_is_taken_until_then(self, client: FlaskClient) -> None:
        for wanted, language in (("uk-UA,uk;q=0.9", "uk"), ("ru", "ru"), ("de, fr", "en"), ("", "en")):
            assert page_of(client.get("/login", headers={"Accept-Language": wanted})).get("lang") == language

    def test_the_theme_is_set_before_the_first_paint(self, anna: FlaskClient) -> None:
        assert page_of(anna.get("/profile")).get("data-theme") is None
        assert choose(anna, "theme", "dark") == 303
        assert page_of(anna.get("/profile")).get("data-theme") == "dark"

    def test_the_rail_and_keys_are_kept(self, anna: FlaskClient) -> None:
        assert choose(anna, "rail", "icons") == 303
        assert choose(anna, "keys", "off") == 303
        root = page_of(anna.get("/customers"))
        assert root.get("data-rail") == "icons"
        body = root.find("body")
        assert body is not None
        assert "data-no-keys" in body.attrib

    @pytest.mark.parametrize(
        ("what", "value"), [("language", "de"), ("theme", "pink"), ("language", ""), ("theme", "x" * 500)]
    )
    def test_what_does_not_exist_is_said(self, anna: FlaskClient, what: str, value: str) -> None:
        assert choose(anna, what, value) == 400

    def test_the_way_back_is_our_own(self, anna: FlaskClient) -> None:
        token = csrf_token(anna)
        for wanted, location in (("/customers?sort=-amount", "/customers?sort=-amount"), ("//evil.example", "/")):
            data = {"csrf_token": token, "theme": "dark", "next": wanted}
            assert anna.post("/profile/theme", data=data).location == location

    @pytest.mark.parametrize(
        ("before", "location"),
        [
            ("http://localhost/customers?sort=-amount&open=3", "/customers?sort=-amount&open=3"),
            ("http://localhost/logout", "/customers"),
            ("http://[", "/customers"),
        ],
    )
    def test_the_way_back_is_the_page_as_it_was_sorted_since(
        self, anna: FlaskClient, before: str, location: str
    ) -> None:
        """INTERFACE: the address holds the state; sorting changes it after the form was drawn."""
        data = {"csrf_token": csrf_token(anna), "theme": "dark", "next": "/customers"}
        assert anna.post("/profile/theme", data=data, headers={"Referer": before}).location == location


class TestThePage:
    @pytest.mark.parametrize("who", ["anna", "olha", "boris", "vera"])
    def test_says_who_and_what_one_is(self, town: Town, who: str) -> None:
        person: Person = town.people[who]
        roles = {"anna": "Business admin", "olha": "Brand operator", "boris": "Location operator", "vera": "Accountant"}
        text = text_of(town.browser(person).get("/profile"))
        assert person.email in text
        assert roles[who] in text

    def test_says_whose_figures_one_sees(self, town: Town) -> None:
        """PR-3: the scope in force stands on every page."""
        for who, scope in (("anna", "Whole brand"), ("boris", "Podil Partners")):
            page = "".join(page_of(town.browser(town.people[who]).get("/profile")).itertext())
            assert scope in page
