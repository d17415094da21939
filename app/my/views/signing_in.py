"""Finding the business, and signing in by a code sent to the phone (MY-1).

The answers are the same for a phone that nobody has: the page that asks for a code comes as quickly, and no code is
right.
"""

from __future__ import annotations

import time
import uuid

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.services import wait_before_code, wait_before_code_try
from app.address import takes
from app.db import commit
from app.errors import Problem
from app.loyalty.queries import every_program
from app.messaging.services.subscriptions import unsubscribe
from app.my.forms import CodeForm, PhoneForm
from app.my.models import MyCode
from app.my.services import (
    CodeLimitError,
    CodeOverError,
    WrongCodeError,
    code_asked,
    end_session,
    end_sessions,
    open_session,
    send_code,
    somebody_has,
    take_code,
)
from app.my.views.blueprint import blueprint
from app.my.visitor import Door, Visitor, at_door, drop_token, held_token, keep_token, show, signed_in
from app.permissions import Permission, requires
from app.web import go, own_address

ANSWERED_AFTER = 0.25
"""Seconds until a code is said to be on its way: more than writing one takes, which is done for known phones alone."""


@blueprint.get("/my/<slug>/sign-in")
@requires(Permission.PUBLIC)
@takes("next", "over", "left")
@at_door
def sign_in(door: Door) -> BaseResponse:
    if isinstance(door, Visitor):
        return go(_next(door))
    return _ask_phone(door, PhoneForm(door.business.country))


@blueprint.post("/my/<slug>/codes")
@requires(Permission.PUBLIC)
@takes("next")
@at_door
def ask_code(door: Door) -> BaseResponse:
    began = time.monotonic()
    form = PhoneForm(door.business.country)
    if not form.validate():
        return _ask_phone(door, form, 422)
    _wait(wait_before_code(form.number, request.remote_addr or "", known=somebody_has(form.number)))
    try:
        key = send_code(form.number, form.key)
    except CodeLimitError:
        raise Problem(
            429, _("Too many codes were asked for."), _("Try again tomorrow, or ask at the counter.")
        ) from None
    commit()
    time.sleep(max(0.0, began + ANSWERED_AFTER - time.monotonic()))
    return go(door.href("code", code_key=key, **_later(door)))


@blueprint.get("/my/<slug>/codes/<uuid:code_key>")
@requires(Permission.PUBLIC)
@takes("next")
@at_door
def code(door: Door, code_key: uuid.UUID) -> BaseResponse:
    if isinstance(door, Visitor):
        return go(_next(door))
    asked = code_asked(code_key)
    return _ask_code(door, asked, CodeForm()) if asked else _over(door)


@blueprint.post("/my/<slug>/codes/<uuid:code_key>")
@requires(Permission.PUBLIC)
@takes("next")
@at_door
def give_code(door: Door, code_key: uuid.UUID) -> BaseResponse:
    asked, form = code_asked(code_key), CodeForm()
    if asked is None:
        return _over(door)
    if not form.validate():
        return _ask_code(door, asked, form, 422)
    _wait(wait_before_code_try(request.remote_addr or ""))
    try:
        customer = take_code(code_key, form.code.data)
    except WrongCodeError as wrong:
        form.code.errors = [_("This is not the code. Tries left: %(number)d.", number=wrong.tries_left)]
        return _ask_code(door, asked, form, 422) if wrong.tries_left else _over(door)
    except CodeOverError:
        return _over(door)
    response = go(_next(door))
    keep_token(response, open_session(customer, held_token()))
    return response


@blueprint.post("/my/<slug>/sign-out")
@requires(Permission.PUBLIC)
@signed_in
def sign_out(visitor: Visitor) -> BaseResponse:
    """Here, or in every browser; nor are there pushes any more where nobody is signed in."""
    if request.form.get("where") == "everywhere":
        end_sessions(visitor.id)
    elif endpoint := request.form.get("endpoint"):
        unsubscribe(visitor.id, endpoint)
    end_session(held_token())
    response = go(visitor.href("sign_in"))
    drop_token(response)
    return response


def _ask_phone(door: Door, form: PhoneForm, status: int = 200) -> BaseResponse:
    terms = dict.fromkeys(each.terms_url for each in every_program() if each.active and each.terms_url)
    said = {word: word in request.args for word in ("over", "left")}
    about = {"terms": list(terms), "later": _later(door), **said}
    return show("my/sign_in.html", door, status, form=form, **about)


def _ask_code(door: Door, asked: MyCode, form: CodeForm, status: int = 200) -> BaseResponse:
    return show("my/code.html", door, status, form=form, asked=asked, later=_later(door))


def _over(door: Door) -> BaseResponse:
    return go(door.href("sign_in", over=1, **_later(door)))


def _next(door: Door) -> str:
    return own_address(_later(door).get("next", ""), door.href("home"))


def _later(door: Door) -> dict[str, str]:
    """Where to go on once signed in, within this business's own pages."""
    asked = request.args.get("next", "")
    return {"next": asked} if asked.startswith(f"{door.href('home')}/") else {}


def _wait(seconds: int) -> None:
    """Raises Problem."""
    if seconds:
        minutes = max(1, round(seconds / 60))
        raise Problem(429, _("That was too often."), _("Wait %(minutes)d minutes and try again.", minutes=minutes))
