"""Proving anew who sits there, before something sensitive (PR-5, RELIABILITY)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask.testing import FlaskClient

from app.accounts import throttle
from tests.accounts.apps import SET_UP, App, set_up
from tests.browsing import form_to, forms_of, send, submit, text_of
from tests.people import PASSWORD, Town

SENSITIVE = f"{SET_UP}/recovery-codes"


@pytest.fixture
def app_of_anna(town: Town) -> App:
    return set_up(town, town.anna)


def let_pass(superuser: psycopg.Connection, minutes: int = 11) -> None:
    superuser.execute("UPDATE user_session SET proved_at = now() - interval '1 minute' * %s", [minutes])


class TestTheGrace:
    def test_asks_nothing_after_signing_in(self, anna: FlaskClient, app_of_anna: App) -> None:
        assert "password" not in form_to(anna.get(SENSITIVE), SENSITIVE).values
        assert submit(anna, SENSITIVE, {}).status_code == 200

    @pytest.mark.parametrize(("minutes", "asked"), [(9, False), (11, True)])
    def test_is_ten_minutes(
        self, anna: FlaskClient, app_of_anna: App, superuser: psycopg.Connection, minutes: int, asked: bool
    ) -> None:
        let_pass(superuser, minutes)
        assert ("password" in form_to(anna.get(SENSITIVE), SENSITIVE).values) is asked
        assert submit(anna, SENSITIVE, {}).status_code == (422 if asked else 200)

    def test_begins_anew_by_a_proof_and_in_this_session_alone(
        self, town: Town, anna: FlaskClient, app_of_anna: App, superuser: psycopg.Connection
    ) -> None:
        other = town.browser(town.anna)
        let_pass(superuser)
        assert submit(anna, SENSITIVE, {"password": PASSWORD}).status_code == 200
        assert submit(anna, SENSITIVE, {}).status_code == 200
        assert submit(other, SENSITIVE, {}).status_code == 422


class TestTheProof:
    @pytest.fixture(autouse=True)
    def late(self, anna: FlaskClient, app_of_anna: App, superuser: psycopg.Connection) -> None:
        let_pass(superuser)

    def test_may_be_a_code_of_the_app_once(
        self, anna: FlaskClient, app_of_anna: App, superuser: psycopg.Connection
    ) -> None:
        code = app_of_anna.code()
        assert "a code of your app" in text_of(anna.get(SENSITIVE))
        assert submit(anna, SENSITIVE, {"password": code}).status_code == 200
        let_pass(superuser)
        refused = submit(anna, SENSITIVE, {"password": code})
        assert "nor a new code" in text_of(refused)

    @pytest.mark.parametrize("typed", ["", "wrong wrong wrong", "x" * 129, "000"])
    def test_refuses_what_is_none_and_shows_it_never_again(self, anna: FlaskClient, typed: str) -> None:
        refused = submit(anna, SENSITIVE, {"password": typed})
        assert refused.status_code == 422
        assert form_to(refused, SENSITIVE).values["password"] == [""]

    def test_is_slowed_down_like_a_sign_in(self, anna: FlaskClient) -> None:
        for _ in range(5):
            submit(anna, SENSITIVE, {"password": "wrong wrong wrong"})
        refused = submit(anna, SENSITIVE, {"password": PASSWORD})
        assert "Wait 5 seconds" in text_of(refused)

    def test_of_a_colleague_is_none(self, town: Town, anna: FlaskClient) -> None:
        olha = set_up(town, town.olha)
        assert submit(anna, SENSITIVE, {"password": olha.code()}).status_code == 422


def test_a_second_factor_is_set_up_by_who_proves_itself(anna: FlaskClient, superuser: psycopg.Connection) -> None:
    """Else who finds a session open could lock its person out."""
    let_pass(superuser)
    begin = f"{SET_UP}/secret"
    assert [form.action for form in forms_of(anna.get(SET_UP))].count(begin) == 1
    assert submit(anna, SET_UP, {}, action=begin).status_code == 422
    assert superuser.execute("SELECT count(*) FROM second_factor").fetchone() == (0,)
    assert send(anna, form_to(anna.get(SET_UP), begin), {"password": PASSWORD}).location == SET_UP


@pytest.mark.parametrize("which", ["ending", "{}/revocation"])
def test_ending_sessions_asks_for_it(town: Town, anna: FlaskClient, superuser: psycopg.Connection, which: str) -> None:
    """RELIABILITY (ASVS 7.5.2): else who finds the panel open shuts its person out elsewhere."""
    phone, page = town.browser(town.anna), "/profile/sessions"
    number = superuser.execute("SELECT max(id) FROM user_session").fetchone()
    let_pass(superuser)
    action = f"{page}/{which.format(*number or ())}"
    refused = submit(anna, page, {}, action=action)
    assert refused.status_code == 422
    assert [form.action for form in forms_of(refused) if "password" in form.values] == [action]
    assert phone.get("/customers").status_code == 200
    assert send(anna, form_to(refused, action), {"password": PASSWORD}).location == page
    assert phone.get("/customers").status_code == 303


def test_a_right_try_takes_no_count_from_under_another(town: Town, superuser: psycopg.Connection) -> None:
    """PR-5: who tries while the count of the same person is taken back counts anew."""

    def begin() -> None:
        with town.app.app_context():
            throttle.begin_proof(town.anna.id)

    begin()
    with ThreadPoolExecutor(1) as other, superuser.transaction():
        superuser.execute("SELECT FROM sign_in_failure FOR UPDATE")
        trying = other.submit(begin)
        time.sleep(0.3)
        superuser.execute("DELETE FROM sign_in_failure")
    trying.result()
    assert superuser.execute("SELECT failures FROM sign_in_failure").fetchall() == [(1,)]
