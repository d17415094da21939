"""Every form is carried out once (RELIABILITY: money and points)."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask.testing import FlaskClient

from app import form_keys
from tests.browsing import Form, form_to, send, text_of
from tests.people import Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def form(anna: FlaskClient) -> Form:
    return form_to(anna.get("/franchisees/new"), "/franchisees")


def number(superuser: psycopg.Connection, name: str) -> int:
    row = superuser.execute("SELECT count(*) FROM franchisee WHERE name = %s", [name]).fetchone()
    assert row is not None
    return int(row[0])


def test_the_same_form_again_gets_the_same_answer(anna: FlaskClient, form: Form, superuser: psycopg.Connection) -> None:
    answers = [send(anna, form, {"name": "Left Bank"}) for _ in range(3)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/franchisees")] * 3
    assert number(superuser, "Left Bank") == 1


def test_a_twin_in_flight_waits_for_the_answer(
    town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection
) -> None:
    """Two at the same moment: one does it, the other waits for the key's row and gets the same redirect."""
    cookies = [(cookie.key, cookie.value) for cookie in anna._cookies.values()]

    def click(_number: int) -> tuple[int, str | None]:
        tab = town.app.test_client()
        for key, value in cookies:
            tab.set_cookie(key, value)
        answer = send(tab, form, {"name": "Left Bank"})
        return answer.status_code, answer.location

    with ThreadPoolExecutor(2) as clicks:
        assert list(clicks.map(click, range(2))) == [(303, "/franchisees")] * 2
    assert number(superuser, "Left Bank") == 1


def test_a_plain_browser_and_htmx_get_the_same_answer(anna: FlaskClient, form: Form) -> None:
    htmx = {"HX-Request": "true"}
    first = send(anna, form, {"name": "Left Bank"}, headers=htmx)
    again = send(anna, form, {"name": "Left Bank"}, headers=htmx)
    assert (first.status_code, first.headers["HX-Redirect"]) == (204, "/franchisees")
    assert (again.status_code, again.headers["HX-Redirect"]) == (204, "/franchisees")


def test_the_same_key_with_other_content_is_refused(
    anna: FlaskClient, form: Form, superuser: psycopg.Connection
) -> None:
    send(anna, form, {"name": "Left Bank"})
    response = send(anna, form, {"name": "Right Bank"})
    assert response.status_code == 409
    assert "This form was sent already" in text_of(response)
    assert number(superuser, "Right Bank") == 0


def test_the_same_key_at_another_address_is_refused(anna: FlaskClient, form: Form) -> None:
    send(anna, form, {"name": "Left Bank"})
    assert send(anna, Form("/terminals", form.values), {"name": "Left Bank"}).status_code == 409


def test_a_refused_form_can_be_sent_again_mended(anna: FlaskClient, form: Form, superuser: psycopg.Connection) -> None:
    """What was wrong took no key: Back and send works as well as the form shown again."""
    refused = send(anna, form, {"name": ""})
    assert refused.status_code == 422
    assert send(anna, form, {"name": "Left Bank"}).status_code == 303
    assert send(anna, form_to(refused, "/franchisees"), {"name": "Right Bank"}).status_code == 303
    assert number(superuser, "Left Bank") == number(superuser, "Right Bank") == 1


@pytest.mark.parametrize("key", ["", "x", "1" * 100, "'; --"])
def test_a_damaged_key_is_said(anna: FlaskClient, form: Form, key: str) -> None:
    assert send(anna, form, {"form_key": key, "name": "Left Bank"}).status_code == 400


def test_keys_of_two_businesses_do_not_meet(town: Town, superuser: psycopg.Connection) -> None:
    """PR-1: a key is the business's own, so another's tells nothing."""
    key = str(uuid.uuid4())
    for person in (town.anna, town.oleg):
        browser = town.browser(person)
        form = form_to(browser.get("/franchisees/new"), "/franchisees")
        assert send(browser, form, {"form_key": key, "name": "Left Bank"}).status_code == 303
    assert number(superuser, "Left Bank") == 2


def test_a_key_is_kept_for_a_month(town: Town, anna: FlaskClient, form: Form, superuser: psycopg.Connection) -> None:
    """Longer than any session, in which alone the form could be sent again."""
    for days in (29, 31):
        send(anna, form_to(anna.get("/franchisees/new"), "/franchisees"), {"name": f"After {days}"})
        superuser.execute(
            "UPDATE form_key SET created_at = now() - make_interval(days => %s)"
            " WHERE created_at > now() - interval '1 day'",
            [days],
        )
    with town.app.app_context():
        assert (form_keys.forget_old(), form_keys.forget_old()) == (1, 0)
    left = superuser.execute("SELECT now() - created_at < interval '30 days' FROM form_key").fetchall()
    assert (True,) in left
    assert (False,) not in left
