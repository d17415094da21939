"""The profile of the person itself: who it is, where it is signed in (PR-5); areas add pages to it (own_pages.py)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import account_changes, services
from app.accounts.forms import PasswordForm, PersonalDataForm
from app.accounts.own_pages import show_page
from app.accounts.proving import ProofForm, is_proved, not_your_password, proof_form, too_many_tries
from app.accounts.queries import own_account, own_sessions, second_factor_demanders
from app.accounts.second_factor import has_second_factor, own_second_factor, recovery_codes_left
from app.accounts.throttle import TooManyTriesError
from app.identity import person
from app.permissions import Permission, requires
from app.web import go

blueprint = Blueprint("profile", __name__, url_prefix="/profile")


@blueprint.get("")
@requires(Permission.MEMBER)
def index() -> BaseResponse:
    account = own_account()
    form = PersonalDataForm(obj=account)
    form.show(account)
    return _general(form)


@blueprint.post("")
@requires(Permission.MEMBER)
def change() -> BaseResponse:
    form, account = PersonalDataForm(), own_account()
    if not form.validate():
        return _general(form, 422)
    if form.is_stale(account) and (kept := form.kept_words(account)):
        form.show(account)
        return _general(form, 409, kept)
    account_changes.keep_personal_data(form.values())
    flash(_("Saved."), "success")
    return go(url_for("profile.index"))


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
        account_changes.change_password(person().session_id, form.password_now.data, form.password_new.data)
    except account_changes.NotYourPasswordError:
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
    return _sessions()


@blueprint.post("/sessions/ending")
@requires(Permission.MEMBER)
def end_other_sessions() -> BaseResponse:
    proof = proof_form()
    if not is_proved(proof):
        return _sessions(proof, asked=0)
    account_changes.end_other_sessions(person().session_id)
    flash(_("You are signed out everywhere else."), "success")
    return go(url_for("profile.sessions"))


@blueprint.post("/sessions/<int:session_id>/revocation")
@requires(Permission.MEMBER)
def revoke_session(session_id: int) -> BaseResponse:
    if session_id not in {each.id for each in own_sessions()}:
        raise NotFound
    proof = proof_form()
    if not is_proved(proof):
        return _sessions(proof, asked=session_id)
    services.sign_out(session_id)
    flash(_("Signed out there."), "success")
    return go(url_for("profile.sessions"))


def _general(form: PersonalDataForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()) -> BaseResponse:
    return show_page("general", "accounts/profile/index.html", status, form=form, kept=kept)


def _sessions(proof: ProofForm | None = None, asked: int | None = None) -> BaseResponse:
    """`asked` is the session whose end waits for the proof, 0 for all others."""
    return show_page(
        "sessions",
        "accounts/profile/sessions.html",
        422 if proof else 200,
        sessions=own_sessions(),
        current_session=person().session_id,
        proof_form=proof,
        asked=asked,
    )


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
