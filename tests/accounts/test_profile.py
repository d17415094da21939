"""The person's own page and preferences (PR-5, I18-1)."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.browsing import csrf_token, form_to, page_of, send, submit, text_of
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

    def test_help_lists_every_key_of_the_rail(self, anna: FlaskClient) -> None:
        page = page_of(anna.get("/help"))
        listed = {each.text for each in page.findall(".//kbd")}
        keys = {f"g {each.get('data-key')}" for each in page.findall(".//a[@data-key]")}
        assert "g c" in keys <= listed

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


class TestPersonalData:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [("067 412 08 55", "+380674120855"), ("+44 20 7946 0958", "+442079460958"), ("", ""), ("  ", "")],
    )
    def test_name_and_phone_are_kept(
        self, anna: FlaskClient, superuser: psycopg.Connection, typed: str, kept: str
    ) -> None:
        """A phone without + is read as dialled in the country of the business."""
        assert submit(anna, "/profile", {"name": "  Anna   Koval ", "phone": typed}).location == "/profile"
        found = superuser.execute("SELECT name, phone FROM app_user WHERE email = 'anna@example.com'").fetchone()
        assert found == ("Anna Koval", kept)
        assert "Anna Koval" in text_of(anna.get("/profile"))

    @pytest.mark.parametrize(
        ("name", "phone", "wrong"),
        [
            ("", "", "Enter your name."),
            ("x" * 101, "", "At most 100 characters."),
            ("Anna", "12345", "There is no such phone."),
            ("Anna", "call me", "There is no such phone."),
            ("An\x07na", "", "cannot be seen"),
        ],
    )
    def test_says_what_is_wrong(self, anna: FlaskClient, name: str, phone: str, wrong: str) -> None:
        refused = submit(anna, "/profile", {"name": name, "phone": phone})
        assert refused.status_code == 422
        assert wrong in text_of(refused)

    def test_what_another_tab_saved_is_not_overwritten(self, anna: FlaskClient) -> None:
        before = form_to(anna.get("/profile"), "/profile")
        submit(anna, "/profile", {"name": "Anna First"})
        refused = send(anna, before, {"name": "Anna Second"})
        assert refused.status_code == 409
        assert "Anna First" in text_of(refused)
        assert send(anna, form_to(refused, "/profile"), {"name": "Anna Second"}).status_code == 303

    def test_is_noted_with_both_values(self, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        """PR-4."""
        submit(anna, "/profile", {"name": "Anna Koval"})
        line = superuser.execute("SELECT old, new FROM audit_value ORDER BY entry_id DESC LIMIT 1").fetchone()
        assert line == ("Anna Kovalenko", "Anna Koval")

    def test_a_name_is_only_text(self, anna: FlaskClient) -> None:
        submit(anna, "/profile", {"name": "<script>alert(1)</script>"})
        assert "<script>alert(1)" not in anna.get("/profile").text


class TestItsPages:
    def test_each_stands_under_its_tab(self, anna: FlaskClient) -> None:
        for page, title in (("", "General"), ("/security", "Security"), ("/sessions", "Sign-ins")):
            root = page_of(anna.get(f"/profile{page}"))
            strip = root.find(".//nav[@aria-label='Parts of your profile']")
            assert strip is not None
            current = [tab for tab in strip.iter("a") if tab.get("aria-current")]
            assert [("".join(tab.itertext()).strip(), tab.get("href")) for tab in current] == [
                (title, f"/profile{page}")
            ]
