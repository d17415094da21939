"""A business demands a second factor: nobody works in its panel without one (PR-5)."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient

from app.accounts.services import add_member
from app.permissions import Role
from tests.accounts.apps import SET_UP, App, begin, set_up
from tests.browsing import csrf_token, submit, text_of
from tests.people import Town


@pytest.fixture(autouse=True)
def demanding(town: Town, superuser: psycopg.Connection) -> None:
    """Kavalier demands it from now on, while people are signed in."""
    superuser.execute("UPDATE business SET second_factor_required = true WHERE id = %s", [town.kavalier.id])


class TestWhoHasNone:
    @pytest.mark.parametrize("who", ["anna", "olha", "boris", "vera"])
    def test_is_led_to_set_one_up_from_every_page(self, town: Town, who: str) -> None:
        """PR-5: at once, not at the next sign-in."""
        browser = town.browser(town.people[who])
        for page in ("/customers", "/transactions", "/profile", "/profile/security", "/help"):
            if browser.get(page).status_code != 403:
                assert browser.get(page).location == SET_UP, page
        assert "Kavalier asks everyone" in text_of(browser.get(SET_UP))

    def test_changes_nothing_meanwhile(self, town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        data = {"csrf_token": csrf_token(anna), "business_id": str(town.kavalier.id), "name": "Lva Tolstoho"}
        assert anna.post("/points-of-sale", data=data).location == SET_UP
        assert superuser.execute("SELECT count(*) FROM point_of_sale WHERE name LIKE 'Lva%'").fetchone() == (0,)

    def test_sends_htmx_there_too(self, anna: FlaskClient) -> None:
        answer = anna.get("/customers/count", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, SET_UP)

    def test_works_once_it_is_there(self, anna: FlaskClient) -> None:
        assert submit(anna, SET_UP, {"one_time_code": App(begin(anna), []).code()}).status_code == 200
        assert anna.get("/customers").status_code == 200

    def test_can_sign_out(self, anna: FlaskClient) -> None:
        assert submit(anna, SET_UP, {}, action="/logout").location == "/login"

    def test_is_held_in_its_other_businesses_too(self, town: Town) -> None:
        """One account, one way in: else a switch of business would lead around it."""
        with town.app.app_context():
            add_member(town.kavalier.id, town.oleg.id, Role.ACCOUNTANT)
        assert town.browser(town.oleg).get("/customers").location == SET_UP

    def test_others_are_left_alone(self, town: Town) -> None:
        assert town.browser(town.oleg).get("/customers").status_code == 200
        assert town.browser(town.sasha).get("/terminal").status_code == 200


def test_who_has_one_cannot_switch_it_off(town: Town, superuser: psycopg.Connection) -> None:
    """PR-5."""
    set_up(town, town.anna)
    anna = town.browser(town.anna)
    assert "Kavalier asks everyone" in text_of(anna.get(f"{SET_UP}/removal"))
    data = {"csrf_token": csrf_token(anna), "business_id": str(town.kavalier.id)}
    assert anna.post(f"{SET_UP}/removal", data=data).status_code == 409
    assert superuser.execute("SELECT count(*) FROM second_factor").fetchone() == (1,)
