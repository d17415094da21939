"""Signing in: the way of a person, and of one who guesses (PR-5)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import passwords, throttle
from app.accounts.services import add_member
from app.identity import COOKIE, SECURE_COOKIE
from app.lib import dates
from app.permissions import Role
from tests.browsing import form_to, send, text_of
from tests.people import PASSWORD, Town


def _wait_for_a_lock(superuser: psycopg.Connection) -> None:
    """Returns once another connection waits for what `superuser` holds."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
    while superuser.execute(waiting).fetchone() == (0,):
        time.sleep(0.01)


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, next_page: str = "", address: str = "192.0.2.7"
) -> TestResponse:
    form = form_to(client.get("/login", query_string={"next": next_page}), "/login")
    values = {"email": email, "password": password}
    return send(client, form, values, environ_overrides={"REMOTE_ADDR": address})


class TestThePerson:
    def test_enters_the_first_of_its_businesses(self, town: Town, client: FlaskClient) -> None:
        """PR-5: e-mail and password, however the e-mail is written."""
        response = sign_in(client, "  Anna@Example.COM ")
        assert (response.status_code, response.location) == (303, "/")
        assert "Kavalier" in client.get("/customers").text

    def test_comes_back_to_where_it_was_going(self, town: Town, client: FlaskClient) -> None:
        asked = client.get("/customers?sort=-amount")
        assert (asked.status_code, asked.location) == (303, "/login?next=/customers?sort%3D-amount")
        response = sign_in(client, town.anna.email, next_page="/customers?sort=-amount")
        assert response.location == "/customers?sort=-amount"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/nothing-here",
            "/logout",
            "customers",
            "/customers\r\nSet-Cookie: a=b",
            "http:/customers",
            "/%2F/evil.example",
            "//[",
        ],
    )
    def test_is_never_sent_elsewhere(self, town: Town, client: FlaskClient, elsewhere: str) -> None:
        """RELIABILITY: `next` leads only to pages of our own."""
        assert sign_in(client, town.anna.email, next_page=elsewhere).location == "/"

    def test_opens_no_header_by_its_way_back(self, town: Town, client: FlaskClient) -> None:
        response = sign_in(client, town.anna.email, next_page="/customers?a=\r\nSet-Cookie: a=b")
        assert response.status_code == 303
        assert "a=b" not in response.headers.getlist("Set-Cookie")

    def test_who_is_signed_in_goes_on(self, town: Town) -> None:
        anna = town.browser(town.anna)
        for wanted, page in (("/points-of-sale", "/points-of-sale"), ("//[", "/")):
            response = anna.get(f"/login?next={wanted}")
            assert (response.status_code, response.location) == (302, page)

    def test_each_role_begins_where_it_may(self, town: Town) -> None:
        for who, page in (("anna", "/customers"), ("boris", "/customers"), ("vera", "/transactions")):
            assert town.browser(town.people[who]).get("/").location == page

    def test_a_salesperson_has_no_room_in_the_panel(self, town: Town) -> None:
        sasha = town.browser(town.sasha)
        assert sasha.get("/customers").location == "/businesses"
        assert sasha.get("/profile").location == "/businesses"


class TestTheCookie:
    def flags(self, response: TestResponse) -> dict[str, str]:
        cookies = [line for line in response.headers.getlist("Set-Cookie") if "regulars_session" in line]
        assert len(cookies) == 1
        parts = [part.strip().partition("=") for part in cookies[0].split(";")]
        return {name: value for name, _, value in parts}

    def test_is_out_of_reach_of_scripts_and_other_sites(self, town: Town, client: FlaskClient) -> None:
        flags = self.flags(sign_in(client, town.anna.email))
        assert set(flags) == {COOKIE, "HttpOnly", "Path", "SameSite"}
        assert (flags["Path"], flags["SameSite"]) == ("/", "Lax")

    def test_is_bound_to_the_host_over_https(self, town: Town, client: FlaskClient) -> None:
        form = form_to(client.get("/login", base_url="https://localhost"), "/login")
        values = {"email": town.anna.email, "password": PASSWORD}
        flags = self.flags(send(client, form, values, base_url="https://localhost"))
        assert set(flags) == {SECURE_COOKIE, "HttpOnly", "Path", "SameSite", "Secure"}
        assert client.get("/customers", base_url="https://localhost").status_code == 200

    def test_a_plain_cookie_opens_nothing_over_https(self, town: Town, client: FlaskClient) -> None:
        sign_in(client, town.anna.email)
        assert client.get("/customers").status_code == 200
        assert client.get("/customers", base_url="https://localhost").status_code == 303

    def test_the_token_is_long_new_and_kept_hashed(
        self, town: Town, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        tokens = [self.flags(sign_in(town.browser(), town.anna.email))[COOKIE] for _ in range(2)]
        assert tokens[0] != tokens[1]
        assert all(len(token) >= 43 for token in tokens)  # 256 bits in base64
        kept = {row[0] for row in superuser.execute("SELECT token_hash FROM user_session")}
        assert kept == {hashlib.sha256(token.encode()).digest() for token in tokens}

    @pytest.mark.parametrize("token", ["", "x", "é" * 50, "a" * 3000, "'; DROP TABLE user_session"])
    def test_what_is_no_token_opens_nothing(self, client: FlaskClient, token: str) -> None:
        client.set_cookie(COOKIE, token)
        assert client.get("/customers").status_code == 303


class TestTheGuesser:
    def test_learns_nothing_from_the_answer(self, town: Town, superuser: psycopg.Connection) -> None:
        """PR-5: a wrong password, an unknown e-mail and a disabled user read alike."""
        superuser.execute("UPDATE app_user SET disabled_at = now() WHERE id = %s", [town.olha.id])
        answers = [
            sign_in(town.browser(), town.anna.email, "wrong wrong wrong"),
            sign_in(town.browser(), "nobody@example.com"),
            sign_in(town.browser(), town.olha.email),
        ]
        assert {answer.status_code for answer in answers} == {422}
        assert len({text_of(answer) for answer in answers}) == 1
        assert "E-mail and password do not match." in text_of(answers[0])

    def test_learns_nothing_from_the_time(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        """PR-5: a password is hashed as often for an account that is not there."""
        hashed: list[str] = []

        class Counting:
            def __init__(self, real: object) -> None:
                self.real = real

            def verify(self, kept: str, password: str) -> bool:
                hashed.append(kept.rsplit("$", 2)[0])
                return bool(self.real.verify(kept, password))  # type: ignore[attr-defined]

        real = passwords.hasher
        monkeypatch.setattr(passwords, "hasher", lambda: Counting(real()))
        for email in (town.anna.email, "nobody@example.com"):
            sign_in(town.browser(), email, "wrong wrong wrong")
        assert len(hashed) == 2
        assert hashed[0] == hashed[1], "the same parameters, so the same work"

    def test_waits_after_five_tries(self, town: Town, client: FlaskClient) -> None:
        """PR-5: slowed down by account, even with the right password."""
        for _ in range(5):
            assert sign_in(client, town.anna.email, "wrong wrong wrong").status_code == 422
        refused = sign_in(client, town.anna.email)
        assert refused.status_code == 429
        assert "Wait 5 seconds" in text_of(refused)
        assert sign_in(client, town.olha.email).status_code == 303

    def test_may_go_on_after_the_wait(self, town: Town, client: FlaskClient, superuser: psycopg.Connection) -> None:
        for _ in range(5):
            sign_in(client, town.anna.email, "wrong wrong wrong")
        superuser.execute("UPDATE sign_in_failure SET blocked_until = now() - interval '1 second'")
        assert sign_in(client, town.anna.email, "wrong wrong wrong").status_code == 422
        assert "Wait 10 seconds" in text_of(sign_in(client, town.anna.email))
        superuser.execute("UPDATE sign_in_failure SET blocked_until = now() - interval '1 second'")
        assert sign_in(client, town.anna.email).status_code == 303
        assert superuser.execute("SELECT count(*) FROM sign_in_failure WHERE failures > 5").fetchone() == (1,)

    def test_who_waited_for_another_try_is_not_refused(
        self, town: Town, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-5: two who sign in from one address at the same moment are no guessers."""
        sign_in(client, town.olha.email, "wrong wrong wrong")
        with ThreadPoolExecutor(1) as other:
            with superuser.transaction():
                superuser.execute("SELECT FROM sign_in_failure FOR UPDATE")
                answer = other.submit(sign_in, client, town.anna.email)
                _wait_for_a_lock(superuser)
                superuser.execute("UPDATE sign_in_failure SET blocked_until = clock_timestamp()")
            assert answer.result().status_code == 303

    def test_gains_nothing_by_guessing_at_once(self, town: Town) -> None:
        """PR-5: a try is counted and committed before its password is compared."""
        browsers = [town.browser() for _ in range(12)]
        for browser in browsers:
            browser.get("/login")
        with ThreadPoolExecutor(12) as guesses:
            answers = guesses.map(
                lambda browser: sign_in(browser, town.anna.email, "wrong wrong wrong").status_code, browsers
            )
        assert sorted(answers) == [422] * 5 + [429] * 7

    def test_is_slowed_down_by_address_too(self, town: Town, client: FlaskClient) -> None:
        for number in range(30):
            assert sign_in(client, f"guess{number}@example.com").status_code == 422
        assert sign_in(client, town.anna.email).status_code == 429
        assert sign_in(client, town.anna.email, address="192.0.2.8").status_code == 303

    def test_a_network_of_a_rented_server_is_one_address(self, town: Town, client: FlaskClient) -> None:
        for number in range(30):
            tried = sign_in(client, f"guess{number}@example.com", address=f"2001:db8:0:7::{number:x}")
            assert tried.status_code == 422
        assert sign_in(client, town.anna.email, address="2001:db8:0:7:ffff::1").status_code == 429
        assert sign_in(client, town.anna.email, address="2001:db8:0:8::1").status_code == 303

    @pytest.mark.parametrize(
        ("address", "counted"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::/64"),
            ("2001:0DB8:0:0:1:2:3:4", "2001:db8::/64"),
            ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("", ""),
            ("unknown", "unknown"),
        ],
    )
    def test_an_address_is_counted_as(self, address: str, counted: str) -> None:
        assert throttle.network_of(address) == counted

    def test_an_office_that_signs_in_is_not_slowed_down(self, town: Town) -> None:
        """Only failures count: the people of one address do not keep each other out."""
        for _ in range(35):
            assert sign_in(town.browser(), town.anna.email).status_code == 303

    def test_the_wait_doubles_up_to_a_quarter_of_an_hour(self) -> None:
        waits = [throttle.wait_after(failures, 5).total_seconds() for failures in (0, 4, 5, 6, 7, 12, 13, 5000)]
        assert waits == [0, 0, 5, 10, 20, 640, 900, 900]

    def test_an_hour_without_a_try_forgets(
        self, town: Town, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        for _ in range(5):
            sign_in(client, town.anna.email, "wrong wrong wrong")
        past = dates.now() - timedelta(hours=1, seconds=1)
        superuser.execute("UPDATE sign_in_failure SET last_at = %s, blocked_until = %s", [past, past])
        for _ in range(5):
            assert sign_in(client, town.anna.email, "wrong wrong wrong").status_code == 422

    def test_who_is_counted_cannot_be_read(
        self, town: Town, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        sign_in(client, town.anna.email, "wrong wrong wrong")
        subjects = [row[0] for row in superuser.execute("SELECT subject FROM sign_in_failure")]
        assert len(subjects) == 2
        known = {hashlib.sha256(text.encode()).digest() for text in (town.anna.email, f"account:{town.anna.email}")}
        assert not known & set(subjects)


class TestTheForm:
    @pytest.mark.parametrize(
        ("email", "password", "wrong"),
        [
            ("", PASSWORD, "Enter your e-mail."),
            ("anna@example.com", "", "Enter your password."),
            ("a" * 300, PASSWORD, "longer than 254"),
            ("anna@example.com", "x" * 129, "longer than 128"),
        ],
    )
    def test_says_what_is_missing(self, town: Town, client: FlaskClient, email: str, password: str, wrong: str) -> None:
        response = sign_in(client, email, password)
        assert response.status_code == 422
        assert wrong in text_of(response)

    def test_never_shows_the_password_again(self, town: Town, client: FlaskClient) -> None:
        response = sign_in(client, town.anna.email, "wrong wrong wrong")
        assert form_to(response, "/login").values["password"] == [""]
        assert form_to(response, "/login").values["email"] == [town.anna.email]

    def test_keeps_where_the_person_was_going(self, town: Town, client: FlaskClient) -> None:
        response = sign_in(client, town.anna.email, "wrong wrong wrong", next_page="/points-of-sale")
        assert send(client, form_to(response, "/login"), {"password": PASSWORD}).location == "/points-of-sale"


class TestPasswords:
    @pytest.fixture(autouse=True)
    def context(self, town: Town) -> Iterator[None]:
        with town.app.app_context():
            yield

    @pytest.mark.parametrize("password", ["", "x" * 11, "x" * 129])
    def test_have_12_to_128_characters(self, password: str) -> None:
        with pytest.raises(ValueError, match="12 to 128"):
            passwords.hash_password(password)

    @pytest.mark.parametrize("password", ["x" * 12, "пароль з пробілами", "x" * 128])
    def test_are_kept_as_argon2id(self, password: str) -> None:
        kept = passwords.hash_password(password)
        assert kept.startswith("$argon2id$")
        assert passwords.matches(password, kept)
        assert not passwords.matches(password + "x", kept)

    def test_what_is_no_hash_matches_nothing(self) -> None:
        assert not passwords.matches(PASSWORD, None)
        assert not passwords.matches(PASSWORD, "")
        assert not passwords.matches(PASSWORD, "plain text")


def test_a_person_of_two_businesses_signs_in_once(town: Town, client: FlaskClient) -> None:
    """PR-1: one account, a role in each business."""
    with town.app.app_context():
        add_member(town.teremok.id, town.anna.id, Role.ACCOUNTANT)
    sign_in(client, town.anna.email)
    assert "Teremok" in client.get("/customers").text
