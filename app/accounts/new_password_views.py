"""Asking for a link when the password is forgotten, and choosing a new one by it (PR-5)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import new_passwords
from app.accounts.forms import ForgottenForm, NewPasswordForm
from app.accounts.new_passwords import NotOpenError
from app.accounts.services import wait_before_link
from app.db import rollback
from app.errors import Problem
from app.lib.tokens import ForgedError
from app.permissions import Permission, requires
from app.web import invalid, render

blueprint = Blueprint("new_password", __name__, url_prefix="/password")


@blueprint.get("")
@requires(Permission.PUBLIC)
def forgotten() -> BaseResponse:
    return render("accounts/forgotten.html", form=ForgottenForm())


@blueprint.post("")
@requires(Permission.PUBLIC)
def ask() -> BaseResponse:
    """Says the same whether there is such an account or not."""
    form = ForgottenForm()
    if not form.validate():
        return invalid("accounts/forgotten.html", form=form)
    if seconds := wait_before_link(f"password {request.remote_addr}"):
        raise Problem(429, _("Too many attempts."), _("Wait %(seconds)s seconds and try again.", seconds=seconds))
    new_passwords.ask_for_link(form.email.data)
    flash(_("If there is such an account, a letter with a link is on its way. It works for an hour."), "message")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.get("/<password_token>")
@requires(Permission.PUBLIC)
def open_link(password_token: str) -> BaseResponse:
    _name, email = _owner(password_token)
    return render("accounts/new_password.html", form=NewPasswordForm(), email=email)


@blueprint.post("/<password_token>")
@requires(Permission.PUBLIC)
def choose(password_token: str) -> BaseResponse:
    name, email = _owner(password_token)
    form = NewPasswordForm(known=(name, email))
    if not form.validate():
        return invalid("accounts/new_password.html", form=form, email=email)
    # What was read so far was of the business where whoever is signed in here works.
    rollback()
    try:
        new_passwords.choose_password(password_token, form.password_new.data, request.remote_addr or "")
    except NotOpenError:
        raise _nowhere() from None
    flash(_("Your password is saved. Sign in with it."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


def _owner(token: str) -> tuple[str, str]:
    try:
        return new_passwords.owner_of(token)
    except (ForgedError, NotOpenError):
        raise _nowhere() from None


def _nowhere() -> Problem:
    return Problem(
        404, _("This link does not work any more."), _("It was used, or its hour is over. Ask for another one.")
    )
