"""Who forgot the password asks for a link, and chooses a new one by it; signed in or not (PR-5)."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.forgotten import NoLinkError, ask_for_link, holder_of, set_password
from app.accounts.forms import ForgottenForm, NewPasswordForm
from app.accounts.services import wait_before_link_from
from app.db import open_scope, rollback
from app.errors import Problem
from app.mail import leaves
from app.permissions import Permission, requires
from app.scope import Scope
from app.web import go, render

blueprint = Blueprint("forgotten", __name__, url_prefix="/forgotten-password")


@blueprint.get("")
@requires(Permission.PUBLIC)
def ask() -> Response:
    _begin()
    return _show_question(ForgottenForm())


@blueprint.post("")
@requires(Permission.PUBLIC)
def send_link() -> BaseResponse:
    _begin()
    form = ForgottenForm()
    if not leaves() or not form.validate():
        return _show_question(form, 422)
    _refuse_hurry(ask_for_link(form.email.data, request.remote_addr or ""))
    return go(url_for("forgotten.sent"))


@blueprint.get("/sent")
@requires(Permission.PUBLIC)
def sent() -> Response:
    return render("accounts/forgotten_sent.html")


@blueprint.get("/<reset_token>")
@requires(Permission.PUBLIC)
def open_link(reset_token: str) -> Response:
    _begin()
    try:
        _link, account = holder_of(reset_token)
    except NoLinkError:
        return _nowhere()
    return render("accounts/new_password.html", form=NewPasswordForm(), email=account.email)


@blueprint.post("/<reset_token>")
@requires(Permission.PUBLIC)
def choose(reset_token: str) -> BaseResponse:
    _begin()
    _refuse_hurry(wait_before_link_from(request.remote_addr or "", "new password"))
    try:
        link, account = holder_of(reset_token)
        form = NewPasswordForm(known=(account.name, account.email))
        if not form.validate():
            response = render("accounts/new_password.html", form=form, email=account.email)
            response.status_code = 422
            return response
        in_panel = set_password(link, form.password_new.data, request.remote_addr or "")
    except NoLinkError:
        return _nowhere()
    flash(_("The password was changed, and you are signed out everywhere. Sign in with the new one."), "success")
    return go(url_for("accounts.sign_in" if in_panel else "terminal.sign_in"))


def _begin() -> None:
    """Outside of every business and person, whoever is signed in here."""
    rollback()
    open_scope(Scope(None))


def _refuse_hurry(seconds: int) -> None:
    if seconds:
        raise Problem(429, _("Too many attempts."), _("Wait %(seconds)s seconds and try again.", seconds=seconds))


def _show_question(form: ForgottenForm, status: int = 200, *, dead_link: bool = False) -> Response:
    response = render("accounts/forgotten.html", form=form, leaves=leaves(), dead_link=dead_link)
    response.status_code = status
    return response


def _nowhere() -> Response:
    _begin()
    return _show_question(ForgottenForm(formdata=None), 404, dead_link=True)
