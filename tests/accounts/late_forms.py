"""Forms that are sent after their session ended, for the tests of what becomes of them."""

from __future__ import annotations

import psycopg
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.browsing import Form, form_to, send, text_of
from tests.people import PASSWORD, Person

NOT_CARRIED_OUT = "You were signed out or had switched to another business, so this was not carried out."
NO_LONGER_KEPT = "What you had entered is no longer kept."
NEW = "http://localhost/terminals/new"


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
