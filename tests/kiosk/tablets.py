"""What is done at a Kiosk, as its browser sends it."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.browsing import form_to, forms_of, send


def pair(client: FlaskClient, code: str) -> TestResponse:
    return send(client, form_to(client.get("/kiosk"), "/kiosk/pairing"), {"code": code}, follow_redirects=True)


def show(client: FlaskClient, code: str, language: str = "") -> TestResponse:
    """A customer types its phone, or shows its card."""
    page = client.get(f"/kiosk?language={language}" if language else "/kiosk")
    form = next(each for each in forms_of(page) if each.action.startswith("/kiosk/look-ups"))
    return send(client, form, {"code": code}, follow_redirects=True)


def visit_of(page: TestResponse) -> str:
    """The address of a visit."""
    assert page.request.path.startswith("/kiosk/visits/"), page.request.path
    return page.request.path


def press(client: FlaskClient, page: TestResponse, ending: str) -> TestResponse:
    """Sends the form of a page whose address ends so."""
    form = next(each for each in forms_of(page) if each.action.partition("?")[0].endswith(ending))
    return send(client, form, {}, follow_redirects=True)
