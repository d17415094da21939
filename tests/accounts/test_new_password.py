"""A new password by the link of a letter (PR-5): once, for half an hour, by who has the letter alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import forgotten
from app.lib import dates
from app.links import reset_link
from tests.accounts.apps import give_code, give_password, set_up
from tests.accounts.resetting import NEW, PAGE, ask, body_of, choose, given_link, link_in, send_letters
from tests.accounts.test_support import run
from tests.browsing import Form, form_to, send, submit, text_of
from tests.messaging.gateways.test_smtp import Mailbox
from tests.people import PASSWORD, Town
from tests.test_pages import faults, parse


@pytest.fixture
def link(town: Town) -> str:
    return given_link(town.app, town.anna.email)


def may_sign_in(town: Town, password: str) -> bool:
    return give_password(town.browser(), town.anna, password=password).status_code == 303


def hash_of(superuser: psycopg.Connection, user: int) -> object:
    return superuser.execute("SELECT password_hash FROM app_user WHERE id = %s", [user]).fetchone()


class TestChoosing:
    def test_takes_the_place_of_the_forgotten_one(self, town: Town, client: FlaskClient, link: str) -> None:
        """PR-5: every sign-in ends, and nobody is signed in by it."""
        anna, olha = town.browser(town.anna), town.browser(town.olha)
        assert choose(client, link).location == "/login"
        assert [each.get("/customers").status_code for each in (anna, olha, client)] == [303, 200, 303]
        assert (may_sign_in(town, NEW), may_sign_in(town, PASSWORD)) == (True, False)

    def test_looking_at_the_link_changes_nothing(
        self, town: Town, client: FlaskClient, link: str, superuser: psycopg.Connection
    ) -> None:
        """PR-5: scanners of mail open links; no other site is told of it."""
        before, anna = hash_of(superuser, town.anna.id), town.browser(town.anna)
        for _ in range(3):
            shown = client.get(link)
            assert faults(parse(shown)) == []
            assert shown.headers["Referrer-Policy"] == "same-origin"
            assert shown.headers["Cache-Control"] == "no-store"
        assert client.head(link).status_code == 200
        assert hash_of(superuser, town.anna.id) == before
        assert anna.get("/customers").status_code == 200
        assert choose(client, link).status_code == 303

    def test_the_second_factor_is_still_asked_for(self, town: Town, client: FlaskClient, link: str) -> None:
        """PR-5: whoever reads the mail is not in by that."""
        app = set_up(town, town.anna)
        choose(client, link)
        entered = town.browser()
        assert give_password(entered, town.anna, password=NEW).location == "/login/code"
        assert entered.get("/customers").status_code == 303
        assert give_code(entered, app.code()).location == "/"

    def test_a_salesperson_goes_on_to_the_terminal(self, town: Town, client: FlaskClient) -> None:
        """PR-5, TE-0: its shifts end too."""
        sasha = town.browser(town.sasha)
        assert PAGE in client.get("/terminal/sign-in").text
        assert choose(client, given_link(town.app, town.sasha.email)).location == "/terminal/sign-in"
        assert sasha.get("/terminal").location == "/terminal/sign-in"
        values = {"email": town.sasha.email, "password": NEW}
        assert submit(town.browser(), "/terminal/sign-in", values).status_code == 303

    def test_is_noted_in_each_business(
        self, town: Town, client: FlaskClient, link: str, superuser: psycopg.Connection
    ) -> None:
        """PR-4, PR-5: without the password."""
        superuser.execute(
            "INSERT INTO membership (business_id, user_id, role) VALUES (%s, %s, 'accountant')",
            [town.teremok.id, town.anna.id],
        )
        choose(client, link)
        lines = superuser.execute(
            "SELECT business_id, user_id, subject_id, fields FROM audit_entry WHERE action = 'user.reset_password'"
        ).fetchall()
        assert sorted(lines) == [(each.id, town.anna.id, town.anna.id, {}) for each in (town.kavalier, town.teremok)]
        assert give_password(client, town.anna, password=NEW).status_code == 303
        assert "Forgotten password renewed by a link" in text_of(client.get("/audit-log"))

    def test_the_person_is_told(self, town: Town, client: FlaskClient, mailbox: Mailbox, link: str) -> None:
        choose(client, link)
        send_letters(town.app)
        assert [to for to, _ in mailbox.letters] == [[town.anna.email]]
        assert "was changed by a link" in body_of(mailbox)

    @pytest.mark.parametrize(
        ("new", "repeat", "wrong"),
        [
            ("", "", "Enter the new password."),
            ("elevensigns", "elevensigns", "12 to 128"),
            ("x y" * 43, "x y" * 43, "12 to 128"),
            (NEW, NEW + "s", "not the same"),
            ("passwordpassword", "passwordpassword", "easy to guess"),
            ("anna kovalenko", "anna kovalenko", "easy to guess"),
        ],
    )
    def test_says_what_is_wrong(self, client: FlaskClient, link: str, new: str, repeat: str, wrong: str) -> None:
        refused = submit(client, link, {"password_new": new, "password_repeat": repeat})
        assert refused.status_code == 422
        assert wrong in text_of(refused)
        assert form_to(refused, link).values["password_new"] == [""]
        assert choose(client, link).status_code == 303

    def test_works_in_a_browser_that_is_signed_in(self, town: Town, link: str) -> None:
        """As the person itself, whose session ends, or as somebody else, whose stays."""
        olha, anna = town.browser(town.olha), town.browser(town.anna)
        assert olha.get(PAGE).status_code == 200
        assert choose(olha, link).status_code == 303
        assert olha.get("/customers").status_code == 200
        assert choose(anna, given_link(town.app, town.anna.email), "eight quiet pigeons").location == "/login"
        assert anna.get("/customers").status_code == 303


class TestDeadLinks:
    def test_used_twice(self, town: Town, client: FlaskClient, link: str) -> None:
        """PR-5."""
        form = form_to(client.get(link), link)
        assert post(client, form).status_code == 303
        again = post(client, form, "eight quiet pigeons")
        assert (again.status_code, client.get(link).status_code) == (404, 404)
        assert "does not work any more" in text_of(again)
        assert may_sign_in(town, NEW)

    def test_of_two_at_once_one_is_used(self, town: Town, link: str, superuser: psycopg.Connection) -> None:
        """PR-5: both wait for the account's row."""
        browsers = [town.browser() for _ in range(2)]
        forms = [form_to(browser.get(link), link) for browser in browsers]
        words = [NEW, "eight quiet pigeons"]
        with ThreadPoolExecutor(2) as both:
            answers = [answer.status_code for answer in both.map(post, browsers, forms, words)]
        assert sorted(answers) == [303, 404]
        assert [may_sign_in(town, each) for each in words] == [status == 303 for status in answers]
        noted = superuser.execute("SELECT count(*) FROM audit_entry WHERE action = 'user.reset_password'").fetchone()
        assert noted == (1,)

    def test_after_half_an_hour(self, client: FlaskClient, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """PR-5: open meanwhile or not."""
        form, now = form_to(client.get(link), link), dates.now()
        monkeypatch.setattr(dates, "now", lambda: now + timedelta(minutes=30))
        assert post(client, form).status_code == 404
        assert client.get(link).status_code == 404

    def test_a_newer_one_takes_its_place(self, town: Town, client: FlaskClient, mailbox: Mailbox) -> None:
        for _ in range(2):
            ask(client, town.anna.email)
            send_letters(town.app)
        older, newer = link_in(mailbox, 0), link_in(mailbox, 1)
        assert older != newer
        assert (client.get(older).status_code, client.get(newer).status_code) == (404, 200)

    @pytest.mark.parametrize("way", ["profile", "support", "email", "disabled"])
    def test_after_any_other_change(
        self, town: Town, client: FlaskClient, link: str, superuser: psycopg.Connection, way: str
    ) -> None:
        """PR-5: of the password, by the person or by support; of the e-mail; or when the person is disabled."""
        form = form_to(client.get(link), link)
        if way == "profile":
            values = {"password_now": PASSWORD, "password_new": NEW, "password_repeat": NEW}
            submit(town.browser(town.anna), "/profile/security", values, action="/profile/password")
        elif way == "disabled":
            superuser.execute("UPDATE app_user SET disabled_at = now() WHERE id = %s", [town.anna.id])
        else:
            words = {
                "support": ["renew-password", town.anna.email],
                "email": ["change-email", town.anna.email, "a@b.ua"],
            }
            assert run(town, *words[way])[0] == 0
        before = hash_of(superuser, town.anna.id)
        assert post(client, form, "eight quiet pigeons").status_code == 404
        assert hash_of(superuser, town.anna.id) == before

    def test_forged(self, client: FlaskClient, link: str) -> None:
        for other in (link[:-1] + ("A" if link[-1] != "A" else "B"), f"{PAGE}/nothing-of-ours", link + "A"):
            assert client.get(other).status_code == 404

    def test_of_another_person(self, town: Town, client: FlaskClient, superuser: psycopg.Connection) -> None:
        """PR-5: what holds of one account says nothing of another, though it be signed."""
        mine = given_link(town.app, town.olha.email)
        with town.app.app_context():
            user, asked, mark = forgotten.resetting(mine.rpartition("/")[2])
            theirs = "/" + reset_link(town.anna.id, asked, mark).split("/", 3)[3]
        assert user == town.olha.id
        assert client.get(theirs).status_code == 404
        before = hash_of(superuser, town.anna.id)
        assert choose(client, mine).status_code == 303
        assert hash_of(superuser, town.anna.id) == before

    def test_tries_are_slowed_down(self, client: FlaskClient, link: str) -> None:
        form = form_to(client.get(link), link)
        form.action = f"{PAGE}/nothing-of-ours"
        assert [post(client, form).status_code for _ in range(21)] == [404] * 20 + [429]


def post(client: FlaskClient, form: Form, new: str = NEW) -> TestResponse:
    return send(client, form, {"password_new": new, "password_repeat": new})
