"""What a salesperson does at a Terminal, as a browser sends it."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.browsing import Form, Values, form_to, send, text_of, ways_of

IRYNA = "+380671112233"


def look_up(client: FlaskClient, code: str) -> TestResponse:
    return send(client, form_to(client.get("/terminal"), "/terminal/look-ups"), {"code": code}, follow_redirects=True)


def follow(client: FlaskClient, page: TestResponse, ending: str, values: Values | None = None) -> TestResponse:
    """Sends the form of a page whose address ends so, and goes where it leads."""
    return send(client, the_form(page, ending), values or {}, follow_redirects=True)


def the_form(page: TestResponse, ending: str) -> Form:
    found = [form for form in ways_of(page) if form.action.endswith(ending)]
    assert found, (ending, [form.action for form in ways_of(page)], text_of(page))
    return found[-1]


def sell(client: FlaskClient, code: str, amount: str, points: str = "") -> TestResponse:
    """Up to the confirmation."""
    page = follow(client, look_up(client, code), "/amount", {"amount": amount})
    if points:
        page = follow(client, page, "/payment", {"points": points})
    return follow(client, page, "/pin")


def at_payment(client: FlaskClient, amount: str = "100", phone: str = IRYNA) -> TestResponse:
    return follow(client, look_up(client, phone), "/amount", {"amount": amount})


def due(page: TestResponse) -> str:
    return "".join(text_of(page).split("To pay")[1].split()[:2])


def confirm(client: FlaskClient, page: TestResponse) -> TestResponse:
    """With the PIN, where one is sent."""
    page = follow(client, page, "/pin")
    code = page.text.partition("reads the PIN ")[2][:6]
    return follow(client, page, "/confirmation", {"code": code} if code else {})
