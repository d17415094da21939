"""The profile of the person itself: who it is, where it is signed in (PR-5); areas add pages to it (own_pages.py)."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import own_account, services
from app.accounts.forms import PasswordForm
from app.accounts.own_pages import show_page
from app.accounts.proving import not_your_password, too_many_tries
from app.accounts.queries import own_sessions, second_factor_demanders
from app.accounts.second_factor import has_second_factor, own_second_factor, recovery_codes_left
from app.accounts.throttle import TooManyTriesError
from app.identity import person
from app.permissions import Permission, requires
from app.web import go

blueprint = Blueprint("profile", __name__, url_prefix="/profile")


@blueprint.get("")
@requires(Permission.MEMBER)
def index() -> BaseResponse:
    return show_page("general", "accounts/profile/index.html")


@blueprint.get("/security")
@requires(Permission.MEMBER)
def security() -> BaseResponse:
    return _security(PasswordForm())


@blueprint.post("/password")
@requires(Permission.MEMBER)
def change_password() -> BaseResponse:
    form = PasswordForm(known=(person().name, person().email))
    if not form.validate():
        return _security(form, 422)
    try:
        own_account.change_password(person().session_id, form.password_now.data, form.password_new.data)
    except own_account.NotYourPasswordError:
        form.password_now.errors = [not_your_password()]
        return _security(form, 422)
    except TooManyTriesError as refusal:
        form.password_now.errors = [too_many_tries(refusal.seconds)]
        return _security(form, 422)
    flash(_("The password was changed. You are signed out everywhere else."), "success")
    return go(url_for("profile.security"))


@blueprint.get("/sessions")
@requires(Permission.MEMBER)
def sessions() -> BaseResponse:
    here = person().session_id
    return show_page("sessions", "accounts/profile/sessions.html", sessions=own_sessions(), current_session=here)


@blueprint.post("/sessions/ending")
@requires(Permission.SIGNED_IN)
def end_other_sessions() -> BaseResponse:
    own_account.end_other_sessions(person().session_id)
    flash(_("You are signed out everywhere else."), "success")
    return go(url_for("profile.sessions"))


@blueprint.post("/sessions/<int:session_id>/revocation")
@requires(Permission.SIGNED_IN)
def revoke_session(session_id: int) -> BaseResponse:
    if session_id not in {each.id for each in own_sessions()}:
        raise NotFound
    services.sign_out(session_id)
    flash(_("Signed out there."), "success")
    return go(url_for("profile.sessions"))


def _security(form: PasswordForm, status: int = 200) -> BaseResponse:
    return show_page(
        "security",
        "accounts/profile/security.html",
        status,
        form=form,
        factor=own_second_factor() if has_second_factor() else None,
        codes_left=recovery_codes_left(),
        demanders=second_factor_demanders(),
    )
