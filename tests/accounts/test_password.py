"""A person changes its own password (PR-5)."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.passwords import is_easy
from tests.accounts.apps import give_password
from tests.browsing import form_to, submit, text_of
from tests.people import PASSWORD, Town

NEW = "seven quiet pigeons"


def change(client: FlaskClient, now: str = PASSWORD, new: str = NEW, repeat: str | None = None) -> TestResponse:
    values = {"password_now": now, "password_new": new, "password_repeat": new if repeat is None else repeat}
    return submit(client, "/profile/security", values, action="/profile/password")


class TestChanging:
    def test_takes_the_place_of_the_one_before(self, town: Town, anna: FlaskClient) -> None:
        assert change(anna).location == "/profile/security"
        assert give_password(town.browser(), town.anna).status_code == 422
        assert give_password(town.browser(), town.anna, password=NEW).status_code == 303

    def test_ends_every_other_sign_in(self, town: Town, anna: FlaskClient) -> None:
        phone = town.browser(town.anna)
        change(anna)
        assert phone.get("/customers").status_code == 303
        assert anna.get("/customers").status_code == 200

    def test_is_noted_without_the_password(self, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        """PR-4."""
        change(anna)
        last = superuser.execute("SELECT action, fields FROM audit_entry ORDER BY id DESC LIMIT 1").fetchone()
        assert last == ("user.change_password", {})

    def test_tries_at_the_present_one_are_slowed_down(self, town: Town, anna: FlaskClient) -> None:
        """PR-5: else a session that stands open could be used to guess it."""
        for _ in range(5):
            assert "This is not your password." in text_of(change(anna, "wrong wrong wrong"))
        assert "Wait 5 seconds" in text_of(change(anna))
        assert give_password(town.browser(), town.anna).status_code == 303

    @pytest.mark.parametrize(
        ("now", "new", "repeat", "wrong"),
        [
            ("", NEW, NEW, "Enter your password."),
            (PASSWORD, "", "", "Enter the new password."),
            (PASSWORD, "elevensigns", "elevensigns", "12 to 128"),
            (PASSWORD, "x y" * 43, "x y" * 43, "12 to 128"),
            (PASSWORD, NEW, NEW + "s", "not the same"),
            (PASSWORD, "passwordpassword", "passwordpassword", "easy to guess"),
            (PASSWORD, "anna kovalenko", "anna kovalenko", "easy to guess"),
            (PASSWORD, "kovalenko2024", "kovalenko2024", "easy to guess"),
        ],
    )
    def test_says_what_is_wrong(self, anna: FlaskClient, now: str, new: str, repeat: str, wrong: str) -> None:
        refused = change(anna, now, new, repeat)
        assert refused.status_code == 422
        assert wrong in text_of(refused)
        assert form_to(refused, "/profile/password").values["password_new"] == [""]


@pytest.mark.parametrize(
    ("password", "easy"),
    [
        *(("passwordpassword", True), ("123456789012", True), ("qwertyuiop12", True), ("aaaaaaaaaaaa", True)),
        *(("йцукенгшщзхъ", True), ("парольпароль", True), ("ab" * 64, True), ("boris@example.com", True)),
        *((PASSWORD, False), (NEW, False), ("тихі голуби на даху", False), ("x7#Lq!92mZp$", False)),
    ],
)
def test_easy_passwords_are_known_by_lists_and_by_keys(password: str, easy: bool) -> None:
    """RELIABILITY: against a list of common ones, as they are typed on Cyrillic keyboards too."""
    assert is_easy(password, ["Boris", "boris@example.com"]) is easy
