"""Signing in at a Terminal and out, choosing another one (TE-0)."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import services
from app.accounts.forms import THEMES, SignInForm
from app.accounts.queries import own_terminals
from app.errors import Problem
from app.identity import cookie_name, person, session_token, till
from app.locale import LANGUAGES
from app.permissions import Permission, requires
from app.terminal.views.blueprint import blueprint
from app.web import go, invalid, own_address, page_of, render

SHIFT = 12 * 3600


@blueprint.get("/sign-in")
@requires(Permission.PUBLIC)
def sign_in() -> BaseResponse:
    if current_user.is_authenticated:
        return redirect(url_for("terminal.index"))
    return render("terminal/sign_in.html", form=SignInForm())


@blueprint.post("/sign-in")
@requires(Permission.PUBLIC)
def open_session() -> BaseResponse:
    form = SignInForm()
    token = _signed_in(form) if form.validate() else None
    if token is None:
        return invalid("terminal/sign_in.html", form=form)
    several = len(own_terminals()) > 1
    response = redirect(url_for("terminal.places" if several else "terminal.index"), 303)
    cookie: dict[str, Any] = {"secure": request.is_secure, "httponly": True, "samesite": "Lax", "path": "/"}
    response.set_cookie(cookie_name(request), token, max_age=SHIFT, **cookie)
    return response


@blueprint.post("/sign-out")
@requires(Permission.SELL)
def sign_out() -> BaseResponse:
    services.sign_out(person().session_id)
    response = go(url_for("terminal.sign_in"))
    response.delete_cookie(cookie_name(request), secure=request.is_secure, path="/")
    return response


@blueprint.get("/places")
@requires(Permission.SELL)
def places() -> Response:
    return render("terminal/places.html", terminals=services.reachable_terminals(person().session_id), here=till().id)


@blueprint.post("/places")
@requires(Permission.SELL)
def choose_place() -> BaseResponse:
    chosen = request.form.get("to", type=int)
    if chosen is None or not services.choose_terminal(person().session_id, chosen):
        raise NotFound
    return go(url_for("terminal.index"))


@blueprint.post("/preferences")
@requires(Permission.SELL)
def keep_preferences() -> BaseResponse:
    """Language or theme, for this person on every device; the page that it was chosen on is shown again."""
    allowed = {"language": LANGUAGES, "theme": THEMES}
    chosen = {name: request.form[name] for name in allowed if request.form.get(name) in allowed[name]}
    services.keep_preferences(**chosen)
    before = own_address(page_of(request.referrer or ""), "")
    return go(before if before.startswith("/terminal") else url_for("terminal.index"))


def _signed_in(form: SignInForm) -> str | None:
    """The token of a new session; None with what is wrong beside the fields. Raises Problem."""
    address, agent = request.remote_addr or "", request.headers.get("User-Agent", "")
    device = services.Device(address, agent, session_token(request))
    try:
        token = services.sign_in_at_terminal(form.email.data, form.password.data, device)
    except services.WrongPasswordError:
        form.password.errors = [_("E-mail and password do not match.")]
        return None
    except services.NoTerminalError:
        form.email.errors = [_("You are assigned to no Terminal. An administrator of your business can assign you.")]
        return None
    except services.TooManyTriesError as refusal:
        advice = _("Wait %(seconds)s seconds and try again.", seconds=refusal.seconds)
        raise Problem(429, _("Too many attempts to sign in."), advice) from None
    session.pop("csrf_token", None)
    return token
