"""Links to a new password, as the letters bring them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import forgotten
from app.accounts.models import PasswordLetter
from app.accounts.queries import user_id_of
from app.db import unit_of_work
from app.extensions import db
from app.lib import dates
from app.scope import Scope
from tests.browsing import submit
from tests.messaging.gateways.test_smtp import Mailbox

PAGE = "/forgotten-password"
NEW = "seven quiet pigeons"


def ask(client: FlaskClient, email: str, address: str = "192.0.2.7") -> TestResponse:
    return submit(client, PAGE, {"email": email}, environ_overrides={"REMOTE_ADDR": address})


def choose(client: FlaskClient, link: str, new: str = NEW) -> TestResponse:
    return submit(client, link, {"password_new": new, "password_repeat": new})


def send_letters(app: Flask) -> None:
    with app.app_context():
        forgotten.send_password_letters()


def body_of(mailbox: Mailbox, number: int = -1) -> str:
    body = mailbox.letters[number][1].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mailbox: Mailbox, number: int = -1) -> str:
    """The path of the link that a letter brings."""
    link = next(word for word in body_of(mailbox, number).split() if f"{PAGE}/" in word)
    return "/" + link.split("/", 3)[3]


def given_link(app: Flask, email: str) -> str:
    """The path of a link that holds, without a letter; the same one for as long as it does."""
    with app.app_context():
        with unit_of_work(Scope(None)):
            kept = db.session.get(PasswordLetter, (email, forgotten.LINK))
            asked_at = kept.asked_at if kept else dates.now()
            db.session.merge(PasswordLetter(email=email, kind=forgotten.LINK, asked_at=asked_at))
        letter = forgotten._letter(user_id_of(email) or 0, forgotten.LINK, asked_at)
    assert letter is not None
    return "/" + next(word for word in letter.text.split() if PAGE in word).split("/", 3)[3]
