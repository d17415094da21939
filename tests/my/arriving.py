"""Customers at their page: signed in at once, or by the code that came to the phone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.identity import token_hash
from app.messaging.models import Message, MessageKind
from app.messaging.services.pins import pin_texts
from app.my.models import MySession
from app.my.services.phones import phone_hash
from tests.browsing import csrf_token, form_to, forms_of, send, submit
from tests.people import Shop


def my(shop: Shop, path: str = "") -> str:
    return f"/my/{shop.slug}{path}"


def arrive(shop: Shop, customer: int, client: FlaskClient | None = None) -> FlaskClient:
    """A browser in which the customer is signed in, as a right code would have done, but at once."""
    browser, token = client or shop.app.test_client(), secrets.token_urlsafe(32)
    with shop.work():
        known = db.session.get_one(Customer, (business_id(), customer))
        session = {"customer_id": customer, "phone_hash": phone_hash(known.phone)}
        db.session.add(MySession(business_id=shop.id, token_hash=token_hash(token), **session))
    browser.set_cookie(f"regulars_my_{shop.id}", token)
    return browser


def ask(client: FlaskClient, shop: Shop, phone: str, later: str = "") -> TestResponse:
    """Has a code sent."""
    page = my(shop, "/sign-in") + (f"?next={later}" if later else "")
    (form,) = [
        form_to(client.get(page), action) for action in [my(shop, "/codes") + (f"?next={later}" if later else "")]
    ]
    return send(client, form, {"phone": phone})


def give(client: FlaskClient, page: str, code: str) -> TestResponse:
    return submit(client, page, {"code": code})


def code_sent(shop: Shop) -> str:
    """The six digits of the SMS that was written last."""
    return re.findall(r"\d{6}", text_sent(shop))[-1]


def text_sent(shop: Shop) -> str:
    with shop.work():
        newest = select(Message.id).where(Message.kind == MessageKind.PIN).order_by(Message.id.desc()).limit(1)
        number = db.session.scalars(newest).one()
        return pin_texts([number]).get(number, "")


def pins(shop: Shop) -> int:
    """How many SMS with codes were written."""
    with shop.work():
        return len(db.session.scalars(select(Message.id).where(Message.kind == MessageKind.PIN)).all())


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def press(client: FlaskClient, path: str, **values: str | list[str]) -> TestResponse:
    """Sends a form with a good token, whatever page it stands on."""
    return client.post(path, data={"csrf_token": csrf_token(client), **values})


@contextmanager
def at_once() -> Iterator[None]:
    """Without the time by which answers are made alike."""
    with patch("app.my.views.signing_in.ANSWERED_AFTER", 0.0):
        yield


def press_from(client: FlaskClient, path: str, code: str, address: dict[str, str]) -> int:
    """Tries a code from another address; answers with the status."""
    form = forms_of(client.get(path))
    values = form[0].values if form else {}
    return client.post(path, data={**values, "code": code}, environ_base=address).status_code
