"""Which forms are kept when their session had ended, for whom, and how long."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import form_keys, unsent_forms
from app.accounts.services import add_member
from app.db import GivenUpError, commit, given_up
from app.permissions import Role
from tests.accounts.late_forms import (
    NO_LONGER_KEPT,
    kept,
    send_late,
    sign_in_at,
)
from tests.browsing import Form, csrf_token, form_to
from tests.people import Town
from tests.routes import address, ids_of, reading
from tests.test_pages import parse


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
            if page.status_code == 200 and page.mimetype == "text/html" and page.text.startswith("<!doctype html>")
            for control in parse(page).iter("input")
            if control.get("type") == "password" or control.get("autocomplete") == "one-time-code"
        ]
        assert secret
        assert [name for name in secret if not form_keys.is_secret(name)] == []

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
