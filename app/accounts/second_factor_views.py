"""Setting a second factor up, its recovery codes, switching it off (PR-5).

Setting it up stands outside the panel, as it comes before any work where a business demands it.
"""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import second_factor
from app.accounts.account_changes import end_other_sessions, note
from app.accounts.forms import CodeForm
from app.accounts.own_pages import show_page
from app.accounts.proving import ProofForm, is_proved, proof_form
from app.accounts.queries import second_factor_demanders
from app.errors import Problem
from app.identity import person
from app.permissions import Permission, requires
from app.web import go, render

blueprint = Blueprint("second_factor", __name__, url_prefix="/profile/second-factor")


@blueprint.get("")
@requires(Permission.SIGNED_IN)
def index() -> BaseResponse:
    if second_factor.has_second_factor():
        return redirect(url_for("profile.security"))
    return _set_up(CodeForm(), proof_form())


@blueprint.post("/secret")
@requires(Permission.SIGNED_IN)
def begin() -> BaseResponse:
    proof = proof_form()
    if not is_proved(proof):
        return _set_up(CodeForm(), proof, 422)
    second_factor.begin_second_factor()
    return go(url_for("second_factor.index"))


@blueprint.post("")
@requires(Permission.SIGNED_IN)
def confirm() -> BaseResponse:
    """Shows the recovery codes once."""
    form = CodeForm()
    if second_factor.own_second_factor() is None:
        flash(_("This page was open for too long."), "message")
        return go(url_for("second_factor.index"))
    if not form.validate():
        return _set_up(form, None, 422)
    codes = second_factor.confirm_second_factor(form.one_time_code.data)
    if codes is None and second_factor.has_second_factor():
        flash(_("The second factor is on. If you have not seen your recovery codes, make new ones."), "message")
        return go(url_for("profile.security"))
    if codes is None:
        form.one_time_code.errors = [_("This is not the code that the app shows for this key. Wait for the next one.")]
        return _set_up(form, None, 422)
    end_other_sessions(person().session_id)
    note("user.begin_second_factor")
    return render("accounts/recovery_codes.html", codes=codes, is_new=True)


@blueprint.get("/recovery-codes")
@requires(Permission.MEMBER)
def ask_for_codes() -> BaseResponse:
    return _ask("accounts/profile/codes_anew.html", proof_form())


@blueprint.post("/recovery-codes")
@requires(Permission.MEMBER)
def renew_codes() -> BaseResponse:
    """Shows them once; asked for again, they are others."""
    proof = proof_form()
    if not second_factor.has_second_factor():
        raise NotFound
    if not is_proved(proof):
        return _ask("accounts/profile/codes_anew.html", proof, 422)
    codes = second_factor.renew_recovery_codes()
    note("user.renew_recovery_codes")
    return render("accounts/recovery_codes.html", codes=codes, is_new=False)


@blueprint.get("/removal")
@requires(Permission.MEMBER)
def ask_to_remove() -> BaseResponse:
    return _ask("accounts/profile/second_factor_removal.html", proof_form())


@blueprint.post("/removal")
@requires(Permission.MEMBER)
def remove() -> BaseResponse:
    proof, demanders = proof_form(), second_factor_demanders()
    if demanders:
        raise Problem(409, _("%(business)s demands a second factor.", business=demanders[0]))
    if not is_proved(proof):
        return _ask("accounts/profile/second_factor_removal.html", proof, 422)
    second_factor.remove_second_factor()
    note("user.end_second_factor")
    flash(_("The second factor is off."), "success")
    return go(url_for("profile.security"))


def _set_up(form: CodeForm, proof: ProofForm | None, status: int = 200) -> BaseResponse:
    """The first step, or the key for the app once there is one."""
    factor = second_factor.own_second_factor()
    secret = second_factor.secret_of(factor) if factor else None
    app_href = second_factor.app_address(secret, person().email) if secret else ""
    response = render(
        "accounts/second_factor.html",
        form=form,
        proof_form=proof,
        key=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else None,
        code=_drawn(app_href) if secret else None,
        app_href=app_href,
        demanders=second_factor_demanders(),
    )
    response.status_code = status
    return response


def _drawn(words: str) -> Markup:
    """A QR code as SVG, black on white in both themes, as apps read it best."""
    return Markup(segno.make(words).svg_inline(scale=4, border=3, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - drawn by us


def _ask(template: str, proof: ProofForm | None, status: int = 200) -> BaseResponse:
    if not second_factor.has_second_factor():
        return redirect(url_for("profile.security"))
    context: dict[str, Any] = {"proof_form": proof, "demanders": second_factor_demanders()}
    return show_page("security", template, status, **context)
