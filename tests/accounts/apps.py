"""The app on a person's phone: makes the codes of its second factor."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import second_factor
from app.db import unit_of_work
from app.lib import dates
from app.scope import Scope
from tests.browsing import form_to, page_of, send, submit
from tests.people import PASSWORD, Person, Town

SET_UP = "/profile/second-factor"


@dataclass(frozen=True)
class App:
    """What knows the secret, and the recovery codes that were shown beside it."""

    secret: str
    recovery_codes: list[str]

    def code(self, later: int = 0) -> str:
        """The code of now, or of so many half minutes later."""
        return pyotp.TOTP(self.secret).generate_otp(int(dates.now().timestamp()) // 30 + later)

    def wrong(self) -> str:
        """None of those that stand around now."""
        near = {self.code(later) for later in range(-3, 4)}
        return next(f"{number:06}" for number in range(10) if f"{number:06}" not in near)


def set_up(town: Town, person: Person) -> App:
    """Gives a person a second factor, without a browser. The code of now is not used by that."""
    with town.app.app_context():
        with unit_of_work(Scope(None, person.id)):
            second_factor.begin_second_factor()
        with unit_of_work(Scope(None, person.id)):
            factor = second_factor.own_second_factor()
            assert factor is not None
            secret = second_factor.secret_of(factor)
            factor.confirmed_at = dates.now()
            codes = second_factor.renew_recovery_codes()
    assert secret is not None
    return App(secret, codes)


def begin(client: FlaskClient) -> str:
    """Takes the first step in a browser: the key that the page then shows."""
    assert submit(client, SET_UP, {}, action=f"{SET_UP}/secret").location == SET_UP
    found = page_of(client.get(SET_UP)).find(".//code")
    assert found is not None
    return "".join(found.itertext()).replace(" ", "")


def give_password(client: FlaskClient, person: Person, next_page: str = "", password: str = PASSWORD) -> TestResponse:
    form = form_to(client.get("/login", query_string={"next": next_page}), "/login")
    return send(client, form, {"email": person.email, "password": password})


def give_code(client: FlaskClient, code: str, next_page: str = "") -> TestResponse:
    form = form_to(client.get("/login/code", query_string={"next": next_page}), "/login/code")
    return send(client, form, {"one_time_code": code})
