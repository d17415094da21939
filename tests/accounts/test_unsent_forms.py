"""A form that was sent when the session had ended: kept for who filled it in, shown again, never carried out alone."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import unsent_forms
from app.accounts.services import add_member
from app.db import GivenUpError, commit, given_up
from app.permissions import Role
from tests.browsing import Form, csrf_token, form_to, send, text_of
from tests.people import PASSWORD, Person, Town
from tests.routes import address, ids_of, reading
from tests.test_pages import parse

NOT_CARRIED_OUT = "You were signed out, so this was not carried out."
NO_LONGER_KEPT = "What you had entered is no longer kept."
NEW = "http://localhost/terminals/new"


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def form(anna: FlaskClient) -> Form:
    return form_to(anna.get("/terminals/new"), "/terminals")


def end_sessions(superuser: psycopg.Connection) -> None:
    superuser.execute("UPDATE user_session SET last_seen_at = now() - interval '31 minutes'")


def send_late(
    superuser: psycopg.Connection, browser: FlaskClient, form: Form, values: dict[str, object], **headers: str
) -> TestResponse:
    """Sends a form once its session has ended."""
    end_sessions(superuser)
    return send(browser, form, values, headers={"Referer": NEW, **headers})  # type: ignore[arg-type]


def sign_in_at(browser: FlaskClient, login: str, person: Person) -> TestResponse:
    """Signs in on the page that one was led to, and follows to where that leads."""
    answer = send(browser, form_to(browser.get(login), "/login"), {"email": person.email, "password": PASSWORD})
    assert answer.status_code == 303, text_of(answer)
    return browser.get(answer.location)


def kept(superuser: psycopg.Connection) -> list[dict[str, list[str]]]:
    """The fields of all kept forms."""
    found = []
    for (fields,) in superuser.execute("SELECT fields FROM unsent_form ORDER BY created_at"):
        values: dict[str, list[str]] = {}
        for name, value in fields:
            values.setdefault(name, []).append(value)
        found.append(values)
    return found


def number(superuser: psycopg.Connection, table: str) -> int:
    row = superuser.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


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


class TestForWhom:
    @pytest.mark.parametrize("who", ["olha", "oleg", "boris"])
    def test_nobody_else_sees_it(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection, who: str
    ) -> None:
        """PR-1: neither a colleague at the same browser nor anyone of another business."""
        late = send_late(superuser, anna, form, {"name": "Till 7"}, Referer="http://localhost/customers")
        shown = sign_in_at(anna, late.location, town.people[who])
        assert shown.location == "/customers"
        assert NO_LONGER_KEPT in anna.get("/customers").text
        assert "Till 7" not in shown.text

    def test_a_person_of_two_businesses_comes_back_to_the_one_of_the_form(
        self, town: Town, superuser: psycopg.Connection
    ) -> None:
        """PR-1: the session after goes on in the business of the session before."""
        with town.app.app_context():
            add_member(town.teremok.id, town.anna.id, Role.ADMIN)
        anna = town.browser(town.anna)
        data = {"csrf_token": csrf_token(anna), "to": str(town.teremok.id)}
        anna.post("/businesses/current", data=data)
        form = form_to(anna.get("/franchisees/new"), "/franchisees")
        late = send_late(superuser, anna, form, {"name": "Left Bank"})
        shown = sign_in_at(anna, late.location, town.anna)
        assert form_to(shown, "/franchisees").values["name"] == ["Left Bank"]
        assert form_to(shown, "/franchisees").values["business_id"] == [str(town.teremok.id)]

    def test_who_left_the_business_leaves_nothing_in_it(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("DELETE FROM membership WHERE user_id = %s", [town.anna.id])
        assert send_late(superuser, anna, form, {"name": "Till 7"}).location == "/login?next=/terminals/new"
        assert kept(superuser) == []

    def test_who_may_no_longer_edit_is_told_so(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        late = send_late(superuser, anna, form, {"name": "Till 7"}, Referer="http://localhost/customers")
        superuser.execute("UPDATE membership SET role = 'brand_operator' WHERE user_id = %s", [town.anna.id])
        assert sign_in_at(anna, late.location, town.anna).status_code == 403


class TestWhatIsKept:
    def test_is_no_token_and_no_secret(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        secrets = {"password": "hunter2hunter2", "new_password": "x", "one_time_code": "123456"}
        late = send_late(superuser, anna, form, {"name": "Till 7", **secrets})
        fields = kept(superuser)[0]
        assert fields["name"] == ["Till 7"]
        assert not {"csrf_token", *secrets} & set(fields)
        assert "Till" not in late.location

    def test_secrets_of_every_page_are_known_by_their_names(self, stocked: Town, rules: list[Rule]) -> None:
        """A new field for a password or a code cannot be forgotten here."""
        nobody, anna, own = stocked.browser(), stocked.browser(stocked.anna), ids_of(stocked.kavalier)
        pages = [nobody.get("/login"), *(anna.get(address(stocked.app, rule, own)) for rule in reading(rules))]
        secret = [
            control.get("name", "")
            for page in pages
            if page.status_code == 200 and page.text.startswith("<!doctype html>")
            for control in parse(page).iter("input")
            if control.get("type") == "password" or control.get("autocomplete") == "one-time-code"
        ]
        assert secret
        assert [name for name in secret if not unsent_forms.is_secret(name)] == []

    def test_is_of_our_own_page_alone(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: another site puts nothing into anyone's forms."""
        for values, headers in (
            ({"csrf_token": "forged"}, {}),
            ({"csrf_token": []}, {}),
            ({}, {"Origin": "https://evil.example"}),
            ({"business_id": str(town.teremok.id)}, {}),
            ({"business_id": []}, {}),
        ):
            late = send_late(superuser, anna, form, {"name": "Till 7", **values}, **headers)
            assert late.location == "/login?next=/terminals/new"
        assert kept(superuser) == []

    def test_is_nothing_of_who_never_signed_in(
        self, town: Town, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        data = {"csrf_token": csrf_token(client), "business_id": str(town.kavalier.id), "name": "Till 7"}
        assert client.post("/terminals", data=data).location == "/login"
        assert kept(superuser) == []

    @pytest.mark.parametrize("name", ["x" * 70_000, "a\0b"])
    def test_is_not_too_large_and_can_be_kept(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection, name: str
    ) -> None:
        assert send_late(superuser, anna, form, {"name": name}).location == "/login?next=/terminals/new"
        assert kept(superuser) == []

    def test_is_at_most_twenty_forms_of_a_person(
        self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
    ) -> None:
        for turn in range(unsent_forms.MOST_FORMS + 2):
            send_late(superuser, anna, form, {"name": f"Till {turn}"})
        names = [fields["name"][0] for fields in kept(superuser)]
        assert names == [f"Till {turn}" for turn in range(2, unsent_forms.MOST_FORMS + 2)]

    def test_lasts_an_hour(self, town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection) -> None:
        login = send_late(superuser, anna, form, {"name": "Till 7"}).location
        superuser.execute("UPDATE unsent_form SET created_at = now() - interval '61 minutes'")
        shown = sign_in_at(anna, login, town.anna)
        assert shown.location == "/terminals/new"
        assert NO_LONGER_KEPT in anna.get(shown.location).text
        send_late(superuser, anna, form_to(anna.get("/terminals/new"), "/terminals"), {"name": "Till 8"})
        with town.app.app_context():
            assert unsent_forms.forget_old() == 1
        assert [fields["name"] for fields in kept(superuser)] == [["Till 8"]]


class TestTheAddress:
    @pytest.mark.parametrize(("key", "status"), [("x", 400), ("", 400), ("0b5e3d1c-6a7f-4c1e-9d55-0f3a9b6c2e11", 302)])
    def test_that_names_nothing_is_said(self, anna: FlaskClient, key: str, status: int) -> None:
        answer = anna.get(f"/terminals?archived=1&unsent={key}")
        assert answer.status_code == status
        if status == 302:
            assert answer.location == "/terminals?archived=1"

    def test_keeps_what_else_it_says(self, town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
        form = form_to(anna.get("/customers/columns"), "/customers/columns")
        page = f"http://localhost/terminals?archived=1&unsent={uuid.uuid4()}"
        late = send_late(superuser, anna, form, {"save": "1"}, Referer=page)
        assert late.location.startswith("/login?next=/terminals?archived%3D1%26unsent%3D")
        assert late.location.count("unsent") == 1


def test_a_unit_of_work_that_is_given_up_cannot_be_kept(town: Town) -> None:
    """A view that commits on its way is stopped, so a form that is only shown does nothing by it."""
    with town.kavalier.work(), pytest.raises(GivenUpError), given_up():
        commit()
    with town.kavalier.work():
        commit()


def test_fields_are_kept_in_their_order(anna: FlaskClient, superuser: psycopg.Connection) -> None:
    form = form_to(anna.get("/customers/columns"), "/customers/columns")
    order = [*reversed(form.values["order"])]
    send_late(superuser, anna, form, {"order": order, "save": "1"})
    assert kept(superuser)[0]["order"] == order
