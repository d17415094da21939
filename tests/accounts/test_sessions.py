"""Sessions: how they end, and who may end them (PR-5)."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient

from app.accounts.services import end_stale_sessions
from app.identity import COOKIE
from tests.browsing import csrf_token, form_to, forms_of, send, submit, text_of
from tests.people import PASSWORD, Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def session_ids(superuser: psycopg.Connection, user: int) -> list[int]:
    rows = superuser.execute("SELECT id FROM user_session WHERE user_id = %s ORDER BY id", [user])
    return [row[0] for row in rows]


class TestTheirEnd:
    @pytest.mark.parametrize(
        ("change", "lives"),
        [
            ("last_seen_at = now() - interval '29 minutes'", True),
            ("last_seen_at = now() - interval '31 minutes'", False),
            ("created_at = now() - interval '11 hours 59 minutes'", True),
            ("created_at = now() - interval '12 hours 1 minute'", False),
        ],
    )
    def test_comes_after_half_an_hour_idle_or_twelve_in_all(
        self, anna: FlaskClient, superuser: psycopg.Connection, change: str, lives: bool
    ) -> None:
        """PR-5: 30 minutes idle, 12 hours in all."""
        superuser.execute(f"UPDATE user_session SET {change}".encode())
        assert anna.get("/customers").status_code == (200 if lives else 303)

    def test_is_put_off_by_use(self, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        superuser.execute("UPDATE user_session SET last_seen_at = now() - interval '20 minutes'")
        anna.get("/customers")
        idle = superuser.execute("SELECT now() - last_seen_at < interval '1 minute' FROM user_session").fetchone()
        assert idle == (True,)

    def test_who_asks_is_looked_up_by_a_plan_made_once(self, superuser: psycopg.Connection) -> None:
        """PERFORMANCE: every request asks it, and a function that is made anew forgets its settings."""
        found = superuser.execute("SELECT proconfig::text FROM pg_proc WHERE proname = 'session_identity'").fetchone()
        assert found is not None
        assert "plan_cache_mode=force_generic_plan" in found[0]

    def test_an_ended_session_leads_back_after_signing_in(
        self, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("UPDATE user_session SET last_seen_at = now() - interval '1 hour'")
        assert anna.get("/points-of-sale?archived=1").location == "/login?next=/points-of-sale?archived%3D1"

    def test_an_ended_session_sends_htmx_to_sign_in(self, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        superuser.execute("DELETE FROM user_session")
        headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/customers?sort=-amount"}
        response = anna.get("/customers/count", headers=headers)
        assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/login?next=/customers?sort%3D-amount")

    def test_an_address_that_cannot_be_read_leads_to_sign_in(self, client: FlaskClient) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://["}
        response = client.get("/customers/count", headers=headers)
        assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/login")

    def test_a_form_of_an_ended_session_leads_back_to_its_page(
        self, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("DELETE FROM user_session")
        response = anna.post("/points-of-sale", headers={"Referer": "http://localhost/points-of-sale/new"})
        assert response.location == "/login?next=/points-of-sale/new"

    def test_a_form_of_an_ended_session_asks_to_sign_in(self, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        form = form_to(anna.get("/points-of-sale/new"), "/points-of-sale")
        superuser.execute("DELETE FROM user_session")
        response = send(anna, form, {"csrf_token": "forged", "name": "Lva Tolstoho"})
        assert (response.status_code, response.location) == (303, "/login")

    def test_a_disabled_user_is_out_at_once(self, town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        superuser.execute("UPDATE app_user SET disabled_at = now() WHERE id = %s", [town.anna.id])
        assert anna.get("/customers").status_code == 303

    def test_who_left_the_business_is_out_at_once(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-1: a role taken away counts from the next request on."""
        superuser.execute("DELETE FROM membership WHERE user_id = %s", [town.anna.id])
        assert anna.get("/customers").location == "/businesses"
        assert "belongs to no business" in text_of(anna.get("/businesses"))

    def test_a_changed_role_counts_at_once(self, town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        superuser.execute("UPDATE membership SET role = 'accountant' WHERE user_id = %s", [town.anna.id])
        assert anna.get("/customers").status_code == 403

    def test_stale_ones_are_removed(self, town: Town, superuser: psycopg.Connection) -> None:
        for _ in range(3):
            town.browser(town.anna)
        idle, old, fresh = session_ids(superuser, town.anna.id)
        superuser.execute("UPDATE user_session SET last_seen_at = now() - interval '31 minutes' WHERE id = %s", [idle])
        superuser.execute("UPDATE user_session SET created_at = now() - interval '13 hours' WHERE id = %s", [old])
        with town.app.app_context():
            assert end_stale_sessions() == 2
        assert session_ids(superuser, town.anna.id) == [fresh]


class TestSigningInAgain:
    """PR-5: a browser holds one session; signing in ends the one before, whoever's it was."""

    def sign_in(self, browser: FlaskClient, email: str, password: str = PASSWORD) -> int:
        data = {"csrf_token": csrf_token(browser), "email": email, "password": password}
        return browser.post("/login", data=data).status_code

    @pytest.mark.parametrize("who", ["anna", "olha"])
    def test_ends_the_session_before(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection, who: str
    ) -> None:
        before = anna.get_cookie(COOKIE)
        assert before is not None
        assert self.sign_in(anna, town.people[who].email) == 303
        assert len(session_ids(superuser, town.people[who].id)) == 1
        assert superuser.execute("SELECT count(*) FROM user_session").fetchone() == (1,)
        assert anna.get("/customers").status_code == 200
        anna.set_cookie(COOKIE, before.value)
        assert anna.get("/customers").status_code == 303

    def test_leaves_other_browsers_alone(self, town: Town, anna: FlaskClient) -> None:
        other = town.browser(town.anna)
        assert self.sign_in(anna, town.anna.email) == 303
        assert other.get("/customers").status_code == 200

    def test_ends_nothing_when_it_fails(self, town: Town, anna: FlaskClient) -> None:
        assert self.sign_in(anna, town.olha.email, "wrong wrong wrong") == 422
        assert anna.get("/customers").status_code == 200


class TestSigningOut:
    def test_ends_the_session_for_good(self, town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        token = anna.get_cookie(COOKIE)
        assert token is not None
        response = submit(anna, "/profile", {}, action="/logout")
        assert (response.status_code, response.location) == (303, "/login")
        assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert session_ids(superuser, town.anna.id) == []
        anna.set_cookie(COOKIE, token.value)
        assert anna.get("/customers").status_code == 303

    def test_leaves_other_devices_signed_in(self, town: Town, anna: FlaskClient) -> None:
        other = town.browser(town.anna)
        submit(anna, "/profile", {}, action="/logout")
        assert other.get("/customers").status_code == 200


class TestTheList:
    def test_shows_the_persons_own(self, town: Town, anna: FlaskClient) -> None:
        town.browser(town.olha)
        town.browser(town.anna)
        page = text_of(anna.get("/profile/sessions"))
        assert page.count("last seen") == 2
        assert page.count("This device") == 1

    def test_another_device_can_be_signed_out(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-5: sessions are listed and revocable."""
        phone = town.browser(town.anna)
        here, there = session_ids(superuser, town.anna.id)
        revocation = f"/profile/sessions/{there}/revocation"
        page = anna.get("/profile/sessions")
        assert f"/profile/sessions/{here}/revocation" not in [form.action for form in forms_of(page)]
        assert submit(anna, "/profile/sessions", {}, action=revocation).location == "/profile/sessions"
        assert phone.get("/customers").status_code == 303
        assert anna.get("/customers").status_code == 200

    def test_those_of_others_are_not_found(self, town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        """PR-1: nobody ends a colleague's session, nor a stranger's."""
        for other in (town.olha, town.oleg):
            browser = town.browser(other)
            number = session_ids(superuser, other.id)[0]
            data = {"csrf_token": csrf_token(anna), "business_id": str(town.kavalier.id)}
            assert anna.post(f"/profile/sessions/{number}/revocation", data=data).status_code == 404
            assert browser.get("/customers").status_code == 200
