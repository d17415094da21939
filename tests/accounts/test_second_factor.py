"""A second factor: set up, asked for at sign-in, its codes used once, recovery codes, switched off (PR-5)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.accounts.apps import SET_UP, App, begin, give_code, give_password, set_up
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.people import Town


@pytest.fixture
def app_of_anna(town: Town) -> App:
    return set_up(town, town.anna)


class TestSettingUp:
    def test_is_confirmed_by_a_code_of_the_app(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-5: nothing is asked for before the app has shown that it has the key."""
        secret = begin(anna)
        assert superuser.execute("SELECT confirmed_at FROM second_factor").fetchone() == (None,)
        assert give_password(town.browser(), town.anna).location == "/"
        shown = submit(anna, SET_UP, {"one_time_code": App(secret, []).code()})
        assert shown.status_code == 200
        codes = ["".join(code.itertext()) for code in page_of(shown).iter("code")]
        assert len(set(codes)) == 10
        assert give_password(town.browser(), town.anna).location == "/login/code"
        assert "10 of 10" in text_of(anna.get("/profile/security"))

    def test_a_wrong_code_leaves_it_off(self, town: Town, anna: FlaskClient) -> None:
        wrong = App(begin(anna), []).wrong()
        for typed in (wrong, "", "x" * 41, "١٢٣٤٥٦", "0ABCDEFGHJK"):
            assert submit(anna, SET_UP, {"one_time_code": typed}).status_code == 422
        assert give_password(town.browser(), town.anna).location == "/"

    def test_begun_anew_it_has_another_key(self, anna: FlaskClient) -> None:
        first = App(begin(anna), [])
        with_key = anna.get(SET_UP)
        assert anna.get(SET_UP).text.count(first.secret[:4]) > 0
        assert send(anna, form_to(with_key, SET_UP), {"one_time_code": first.code()}).status_code == 200
        assert anna.get(SET_UP).location == "/profile/security"

    def test_a_key_that_was_left_lying_is_worth_nothing(self, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        """PR-5: else whoever finds the panel open later reads the key, and makes the account its own unasked."""
        secret = begin(anna)
        form = form_to(anna.get(SET_UP), SET_UP)
        superuser.execute("UPDATE second_factor SET created_at = now() - interval '11 minutes'")
        superuser.execute("UPDATE user_session SET proved_at = now() - interval '11 minutes'")
        assert send(anna, form, {"one_time_code": App(secret, []).code()}).location == SET_UP
        shown = anna.get(SET_UP)
        assert secret[:4] not in shown.text
        assert "password" in form_to(shown, f"{SET_UP}/secret").values
        assert superuser.execute("SELECT confirmed_at FROM second_factor").fetchone() == (None,)

    def test_ends_the_persons_other_sign_ins(self, town: Town, anna: FlaskClient) -> None:
        """PR-5: a thief who sits in another one is out."""
        other, olha = town.browser(town.anna), town.browser(town.olha)
        submit(anna, SET_UP, {"one_time_code": App(begin(anna), []).code()})
        assert other.get("/customers").status_code == 303
        assert (anna.get("/customers").status_code, olha.get("/customers").status_code) == (200, 200)

    def test_what_lies_in_the_database_opens_nothing(
        self, town: Town, app_of_anna: App, superuser: psycopg.Connection
    ) -> None:
        kept = superuser.execute("SELECT secret FROM second_factor").fetchone()
        assert kept is not None
        assert app_of_anna.secret.encode() not in kept[0]
        hashes = [row[0] for row in superuser.execute("SELECT code_hash FROM recovery_code")]
        assert all(each.startswith("$argon2id$") for each in hashes)

    def test_is_noted_in_the_audit_log(self, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        """PR-4."""
        submit(anna, SET_UP, {"one_time_code": App(begin(anna), []).code()})
        actions = [row[0] for row in superuser.execute("SELECT action FROM audit_entry ORDER BY id DESC LIMIT 1")]
        assert actions == ["user.begin_second_factor"]


def test_codes_made_in_two_tabs_at_once_are_those_of_one(
    town: Town, app_of_anna: App, superuser: psycopg.Connection
) -> None:
    """PR-5: the later ones stand, and neither tab fails."""
    tabs = [town.browser(town.anna) for _ in range(3)]
    forms = [form_to(tab.get(f"{SET_UP}/recovery-codes"), f"{SET_UP}/recovery-codes") for tab in tabs]
    with ThreadPoolExecutor(3) as many:
        assert list(many.map(lambda tab, form: send(tab, form, {}).status_code, tabs, forms)) == [200] * 3
    assert superuser.execute("SELECT count(*) FROM recovery_code").fetchone() == (10,)


class TestSigningIn:
    def test_takes_password_and_code(self, town: Town, client: FlaskClient, app_of_anna: App) -> None:
        """PR-5: with the password alone nobody is in."""
        asked = give_password(client, town.anna, "/points-of-sale")
        assert asked.location == "/login/code?next=/points-of-sale"
        assert client.get("/customers").status_code == 303
        assert give_code(client, app_of_anna.code(), "/points-of-sale").location == "/points-of-sale"
        assert client.get("/customers").status_code == 200

    def test_a_code_is_used_once(self, town: Town, app_of_anna: App) -> None:
        """RELIABILITY: TOTP codes are used once, and none before it either."""
        first, second = town.browser(), town.browser()
        for browser in (first, second):
            give_password(browser, town.anna)
        code = app_of_anna.code()
        assert give_code(first, code).status_code == 303
        for used in (code, app_of_anna.code(-1)):
            refused = give_code(second, used)
            assert refused.status_code == 422
            assert "or it was used already" in text_of(refused)
        assert give_code(second, app_of_anna.code(1)).status_code == 303

    def test_of_two_at_once_one_gets_in(self, town: Town, app_of_anna: App) -> None:
        browsers = [town.browser() for _ in range(4)]
        for browser in browsers:
            give_password(browser, town.anna)
        code = app_of_anna.code()
        with ThreadPoolExecutor(4) as many:
            answers = list(many.map(lambda browser: give_code(browser, code).status_code, browsers))
        assert sorted(answers) == [303, 422, 422, 422]

    @pytest.mark.parametrize("spelling", [str.lower, str, lambda code: f" {code[:3]} {code[4:]} "])
    def test_a_recovery_code_is_used_once(
        self, town: Town, client: FlaskClient, app_of_anna: App, spelling: object
    ) -> None:
        """PR-5: for who lost the app."""
        typed = spelling(app_of_anna.recovery_codes[7])  # type: ignore[operator]
        give_password(client, town.anna)
        assert give_code(client, typed).status_code == 303
        assert "9 recovery codes are left." in client.get("/customers").text
        other = town.browser()
        give_password(other, town.anna)
        assert give_code(other, typed).status_code == 422
        assert give_code(other, app_of_anna.recovery_codes[8]).status_code == 303

    def test_guesses_are_slowed_down_by_person(self, town: Town, app_of_anna: App) -> None:
        """PR-5: over all browsers, and even for the right code; no other person waits."""
        browsers = [town.browser() for _ in range(6)]
        for browser in browsers:
            give_password(browser, town.anna)
        wrong = app_of_anna.wrong()
        for browser in browsers[:5]:
            assert give_code(browser, wrong).status_code == 422
        refused = give_code(browsers[5], app_of_anna.code())
        assert "Wait 5 seconds" in text_of(refused)
        olha = set_up(town, town.olha)
        give_password(browsers[5], town.olha)
        assert give_code(browsers[5], olha.code()).status_code == 303

    def test_guessing_at_once_gains_nothing(self, town: Town, app_of_anna: App) -> None:
        """PR-5: a try is counted and committed before the code is compared."""
        browsers = [town.browser() for _ in range(8)]
        for browser in browsers:
            give_password(browser, town.anna)
        wrong = app_of_anna.wrong()
        with ThreadPoolExecutor(8) as many:
            answers = list(many.map(lambda browser: text_of(give_code(browser, wrong)), browsers))
        assert sum("or it was used already" in answer for answer in answers) == 5
        assert sum("Too many attempts" in answer for answer in answers) == 3

    @pytest.mark.parametrize(
        "change",
        ["password_hash = 'other'", "disabled_at = now()"],
    )
    def test_half_of_it_is_worth_nothing_once_the_account_changed(
        self, town: Town, client: FlaskClient, app_of_anna: App, superuser: psycopg.Connection, change: str
    ) -> None:
        give_password(client, town.anna)
        superuser.execute(f"UPDATE app_user SET {change} WHERE id = %s".encode(), [town.anna.id])
        assert give_code(client, app_of_anna.code()).location == "/login"

    def test_the_code_has_to_come_soon(
        self, town: Town, client: FlaskClient, app_of_anna: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        give_password(client, town.anna)
        with client.session_transaction() as kept:
            kept["half"]["at"] -= 601
            kept.modified = True
        assert give_code(client, app_of_anna.code()).location == "/login"
        assert "followed by a code" in client.get("/login").text

    def test_without_the_password_no_code_is_taken(self, town: Town, client: FlaskClient, app_of_anna: App) -> None:
        assert client.get("/login/code?next=/goods").location == "/login?next=/goods"
        data = {**form_to(client.get("/login"), "/login").values, "one_time_code": app_of_anna.code()}
        assert client.post("/login/code", data=data).location == "/login"


class TestItsEnd:
    def test_is_off_after_a_question(self, town: Town, app_of_anna: App, superuser: psycopg.Connection) -> None:
        anna = town.browser(town.anna)
        assert submit(anna, f"{SET_UP}/removal", {}).location == "/profile/security"
        assert superuser.execute("SELECT count(*) FROM recovery_code").fetchone() == (0,)
        assert give_password(town.browser(), town.anna).location == "/"

    def test_new_recovery_codes_end_the_old_ones(self, town: Town, client: FlaskClient, app_of_anna: App) -> None:
        anna = town.browser(town.anna)
        shown = submit(anna, f"{SET_UP}/recovery-codes", {})
        new = ["".join(code.itertext()) for code in page_of(shown).iter("code")]
        assert not set(new) & set(app_of_anna.recovery_codes)
        give_password(client, town.anna)
        assert give_code(client, app_of_anna.recovery_codes[0]).status_code == 422
        assert give_code(client, new[0]).status_code == 303
