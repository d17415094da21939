"""A form that was sent when the session had ended is shown again to who filled it in, never carried out alone."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.accounts.late_forms import (
    NEW,
    NOT_CARRIED_OUT,
    end_sessions,
    kept,
    number,
    send_late,
    sign_in_at,
)
from tests.browsing import Form, form_to, send, text_of
from tests.people import Town
from tests.routes import ids_of


class TestTheWayBack:
    @pytest.mark.parametrize("htmx", [False, True])
    def test_leads_over_signing_in_to_the_form_as_filled_in(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection, htmx: bool
    ) -> None:
        """PR-5: what was typed is there again, nothing was done, and sending it then does it once."""
        before = number(superuser, "terminal")
        headers = {"HX-Request": "true", "HX-Current-URL": NEW} if htmx else {}
        late = send_late(superuser, anna, form, {"name": "Каса 7", "point_of_sale_id": "1"}, **headers)
        login = late.headers["HX-Redirect"] if htmx else late.location
        assert login.startswith("/login?next=/terminals/new?unsent%3D")
        assert "What you entered is kept" in text_of(anna.get(login))
        shown = sign_in_at(anna, login, town.anna)
        again = form_to(shown, "/terminals")
        assert shown.status_code == 200
        assert again.values["name"] == ["Каса 7"]
        assert NOT_CARRIED_OUT in shown.text
        assert number(superuser, "terminal") == before
        assert send(anna, again, {}).location == "/terminals"
        assert number(superuser, "terminal") == before + 1

    def test_ends_when_the_form_is_carried_out(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: Back shows no form as not carried out that was; nor after it was mended once more."""
        login = send_late(superuser, anna, form, {"name": "Till 7"}).location
        shown = sign_in_at(anna, login, town.anna)
        refused = send(anna, form_to(shown, "/terminals"), {"name": ""})
        assert refused.status_code == 422
        assert len(kept(superuser)) == 1
        sent = {"name": "Till 7", "point_of_sale_id": str(town.kavalier.own_place)}
        assert send(anna, form_to(refused, "/terminals"), sent).status_code == 303
        assert kept(superuser) == []
        back = anna.get(anna.get(login).location)
        assert back.location == "/terminals/new"
        assert NOT_CARRIED_OUT not in anna.get(back.location).text

    def test_stays_when_another_form_of_the_page_is_carried_out(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        shown = sign_in_at(anna, send_late(superuser, anna, form, {"name": "Till 7"}).location, town.anna)
        assert send(anna, form_to(shown, "/profile/rail"), {}).status_code == 303
        assert len(kept(superuser)) == 1

    def test_can_be_reloaded_and_speaks_another_language(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        login = send_late(superuser, anna, form, {"name": "Till 7"}).location
        sign_in_at(anna, login, town.anna)
        page = login.partition("next=")[2].replace("%3D", "=")
        for _ in range(2):
            assert form_to(anna.get(page), "/terminals").values["name"] == ["Till 7"]

    @pytest.mark.parametrize(
        ("page", "action", "entered"),
        [
            ("/points-of-sale/new", "/points-of-sale", {"name": "Lva Tolstoho", "address": "12", "published": []}),
            ("/points-of-sale/{point_of_sale_id}", None, {"name": "Podil 2", "address": "Kontraktova 1"}),
            ("/terminals/{terminal_id}", None, {"name": "Till 9"}),
            ("/franchisees/new", "/franchisees", {"name": "Left Bank"}),
            ("/franchisees/{franchisee_id}", None, {"name": "Right Bank"}),
            ("/settings", None, {"name": "Kava", "time_zone": "Europe/Warsaw", "country": "PL"}),
            ("/customers/columns", None, {"shown": ["tags", "name"], "density": "compact"}),
            ("/customers?sort=name", "/customers/searches", {"text": "Мельн 0855", "criterion": "phone"}),
        ],
    )
    def test_is_there_for_every_form(
        self,
        stocked: Town,
        superuser: psycopg.Connection,
        page: str,
        action: str | None,
        entered: dict[str, str | list[str]],
    ) -> None:
        """PR-5: each form of the panel, with text, choices and ticks, and even where one button sends it."""
        browser = stocked.browser(stocked.anna)
        page = page.format(**ids_of(stocked.kavalier).values())
        action = action or page
        end = {"save": "1"} if page == "/customers/columns" else {}
        late = send_late(superuser, browser, form_to(browser.get(page), action), {**entered, **end})
        shown = form_to(sign_in_at(browser, late.location, stocked.anna), action)
        for name, value in entered.items():
            wanted = value if isinstance(value, list) else [value]
            assert sorted(shown.values.get(name, [])) == sorted(wanted), name

    def test_shows_what_someone_else_saved_meanwhile(self, stocked: Town, superuser: psycopg.Connection) -> None:
        browser, place = stocked.browser(stocked.anna), f"/points-of-sale/{stocked.kavalier.own_place}"
        form = form_to(browser.get(place), place)
        superuser.execute("UPDATE point_of_sale SET name = 'Theirs' WHERE id = %s", [stocked.kavalier.own_place])
        late = send_late(superuser, browser, form, {"name": "Mine"})
        shown = sign_in_at(browser, late.location, stocked.anna)
        assert "Theirs" in text_of(shown)
        assert form_to(shown, place).values["name"] == ["Mine"]

    def test_of_a_button_leads_to_its_page(self, stocked: Town, superuser: psycopg.Connection) -> None:
        """Nothing was entered, so nothing is shown again; above all, nothing is archived."""
        browser, place = stocked.browser(stocked.anna), f"/terminals/{stocked.kavalier.own_terminal}"
        form = form_to(browser.get(f"{place}/archiving"), f"{place}/archiving")
        end_sessions(superuser)
        late = send(browser, form, {}, headers={"Referer": f"http://localhost{place}/archiving"})
        shown = sign_in_at(browser, late.location, stocked.anna)
        assert shown.location == f"{place}/archiving"
        shown = browser.get(shown.location)
        assert NOT_CARRIED_OUT in shown.text
        assert "was archived" not in shown.text
        assert superuser.execute("SELECT count(*) FROM terminal WHERE archived_at IS NOT NULL").fetchone() == (0,)
        assert number(superuser, "audit_entry") == number(superuser, "audit_entry WHERE action NOT LIKE '%archive'")

    def test_of_a_form_that_was_carried_out_leads_to_where_it_led(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: sent again from Back after the session ended, it is not offered to be done twice."""
        sent = {"name": "Till 7", "point_of_sale_id": str(town.kavalier.own_place)}
        assert send(anna, form, sent).location == "/terminals"
        late = send_late(superuser, anna, form, sent)
        assert sign_in_at(anna, late.location, town.anna).location == "/terminals"

    def test_begins_where_the_form_cannot_be_read_from(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        """A form that was refused stands at an address that only takes forms; a browser may send no Referer."""
        for referer in ("http://localhost/customers/searches", "", "http://["):
            late = send_late(superuser, anna, form, {"name": "Till 7"}, Referer=referer)
            assert late.location.startswith("/login?next=/?unsent%3D")
        assert form_to(sign_in_at(anna, late.location, town.anna), "/terminals").values["name"] == ["Till 7"]

    def test_a_second_tab_gets_its_own_back(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        other = form_to(anna.get("/franchisees/new"), "/franchisees")
        first = send_late(superuser, anna, form, {"name": "Till 7"}).location
        second = send_late(superuser, anna, other, {"name": "Left Bank"}).location
        assert form_to(sign_in_at(anna, first, town.anna), "/terminals").values["name"] == ["Till 7"]
        page = anna.get(anna.get(second).location)
        assert form_to(page, "/franchisees").values["name"] == ["Left Bank"]

    def test_after_signing_in_elsewhere_first_the_form_is_shown_at_once(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        """PR-5: signed in anew in another tab, the token of the first is void; what was typed there is not lost."""
        end_sessions(superuser)
        sign_in_at(anna, "/login", town.anna)
        before = number(superuser, "terminal")
        shown = send(anna, form, {"name": "Till 7"}, headers={"Origin": "http://localhost"})
        assert shown.status_code == 422
        assert form_to(shown, "/terminals").values["name"] == ["Till 7"]
        assert NOT_CARRIED_OUT in shown.text
        assert number(superuser, "terminal") == before
        sent = {"point_of_sale_id": str(town.kavalier.own_place)}
        assert send(anna, form_to(shown, "/terminals"), sent).location == "/terminals"
