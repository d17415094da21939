"""Signing in and out, choosing a business, what a person prefers (PR-1, PR-5)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import services
from app.accounts.forms import CodeForm, LanguageForm, SignInForm, ThemeForm
from app.accounts.half_sign_in import CodeNeededError, HalfSignIn, LapsedError, WrongCodeError
from app.accounts.proving import too_many_tries
from app.accounts.queries import own_businesses
from app.accounts.second_factor import is_recovery_code, recovery_codes_left
from app.address import takes
from app.businesses.queries import business_at
from app.errors import Problem
from app.identity import COOKIE, SECURE_COOKIE, person, session_token
from app.locale import COOKIE as LANGUAGE_COOKIE
from app.permissions import Permission, requires
from app.unsent_forms import is_named_in, last_workplace
from app.web import go, invalid, own_address, page_of, render

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/")
@requires(Permission.PUBLIC)
def home() -> BaseResponse:
    """A business's own address leads its customers to their page, ours its people to the panel (WL-1)."""
    if slug := business_at(request.host_url.rstrip("/")):
        return redirect(f"/my/{slug}")
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    if person().may(Permission.READ_CUSTOMERS):
        return redirect(url_for("customers.index"))
    if person().may(Permission.READ_TRANSACTIONS):
        return redirect(url_for("transactions.index"))
    return redirect(url_for("profile.index"))


@blueprint.get("/login")
@requires(Permission.PUBLIC)
@takes("next")
def sign_in() -> BaseResponse:
    if current_user.is_authenticated:
        return redirect(own_address(request.args.get("next", ""), url_for("accounts.home")))
    return render("accounts/sign_in.html", **_way_in(SignInForm(), request.args.get("next", "")))


@blueprint.post("/login")
@requires(Permission.PUBLIC)
def open_session() -> BaseResponse:
    form, target = SignInForm(), request.form.get("next", "")
    if not form.validate():
        return invalid("accounts/sign_in.html", **_way_in(form, target))
    try:
        token = services.sign_in(form.email.data, form.password.data, _device())
    except CodeNeededError as needed:
        session.clear()
        session["half"] = asdict(needed.half)
        return redirect(url_for("accounts.ask_code", next=own_address(target, "") or None), 303)
    except services.WrongPasswordError:
        form.password.errors = [_("E-mail and password do not match.")]
        return invalid("accounts/sign_in.html", **_way_in(form, target))
    except services.TooManyTriesError as refusal:
        raise Problem(
            429,
            _("Too many attempts to sign in."),
            _("Wait %(seconds)s seconds and try again.", seconds=refusal.seconds),
        ) from None
    session.clear()
    return _with_session(redirect(own_address(target, url_for("accounts.home")), 303), token)


@blueprint.get("/login/code")
@requires(Permission.PUBLIC)
@takes("next")
def ask_code() -> BaseResponse:
    if "half" not in session:
        return redirect(url_for("accounts.sign_in", next=request.args.get("next")))
    return render("accounts/sign_in_code.html", **_way_in(CodeForm(), request.args.get("next", "")))


@blueprint.post("/login/code")
@requires(Permission.PUBLIC)
def take_code() -> BaseResponse:
    form, target, half = CodeForm(), request.form.get("next", ""), session.get("half")
    if half and not form.validate():
        return invalid("accounts/sign_in_code.html", **_way_in(form, target))
    try:
        token = services.sign_in_with_code(_half(half), form.one_time_code.data, _device())
    except LapsedError:
        session.pop("half", None)
        flash(_("The password has to be followed by a code within ten minutes. Sign in again."), "message")
        return redirect(url_for("accounts.sign_in", next=own_address(target, "") or None), 303)
    except WrongCodeError:
        form.one_time_code.errors = [_("This is not the right code, or it was used already. Wait for the next one.")]
    except services.TooManyTriesError as refusal:
        form.one_time_code.errors = [too_many_tries(refusal.seconds)]
    else:
        session.clear()
        _tell_codes_left(form.one_time_code.data)
        return _with_session(redirect(own_address(target, url_for("accounts.home")), 303), token)
    return invalid("accounts/sign_in_code.html", **_way_in(form, target))


@blueprint.post("/logout")
@requires(Permission.SIGNED_IN)
def sign_out() -> BaseResponse:
    services.sign_out(person().session_id)
    session.clear()
    response = go(url_for("accounts.sign_in"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(SECURE_COOKIE if request.is_secure else COOKIE)
    return response


@blueprint.get("/businesses")
@requires(Permission.SIGNED_IN)
def choose_business() -> BaseResponse:
    return render("accounts/businesses.html", businesses=own_businesses())


@blueprint.post("/businesses/current")
@requires(Permission.SIGNED_IN)
def switch_business() -> BaseResponse:
    chosen = request.form.get("to", type=int)
    if chosen is None or not services.switch_business(person().session_id, chosen):
        raise NotFound
    return go(own_address(request.form.get("next", ""), url_for("accounts.home")))


@blueprint.post("/profile/language")
@requires(Permission.PUBLIC)
def keep_language() -> BaseResponse:
    form = LanguageForm()
    if not form.validate():
        raise Problem(400, _("There is no such language here."))
    if current_user.is_authenticated:
        services.keep_preferences(language=form.language.data)
    response = go(_page_before())
    _keep_cookie(response, LANGUAGE_COOKIE, form.language.data)
    return response


@blueprint.post("/profile/theme")
@requires(Permission.PUBLIC)
def keep_theme() -> BaseResponse:
    form = ThemeForm()
    if not form.validate():
        raise Problem(400, _("There is no such theme."))
    if current_user.is_authenticated:
        services.keep_preferences(theme=form.theme.data)
    response = go(_page_before())
    _keep_cookie(response, "theme", form.theme.data)
    return response


@blueprint.post("/profile/rail")
@requires(Permission.SIGNED_IN)
def keep_rail() -> BaseResponse:
    services.keep_preferences(narrow_rail=request.form.get("rail") == "icons")
    return go(_page_before())


@blueprint.post("/profile/keys")
@requires(Permission.SIGNED_IN)
def keep_keys() -> BaseResponse:
    services.keep_preferences(keys=request.form.get("keys") == "on")
    return go(url_for("profile.index"))


def _half(kept: dict[str, Any] | None) -> HalfSignIn:
    """Out of the signed cookie. Raises LapsedError."""
    if not kept:
        raise LapsedError
    return HalfSignIn(**kept)


def _tell_codes_left(typed: str) -> None:
    if is_recovery_code(typed):
        left = recovery_codes_left()
        flash(ngettext("%(num)d recovery code is left.", "%(num)d recovery codes are left.", left), "message")


def _way_in(form: SignInForm | CodeForm, target: str) -> dict[str, Any]:
    """What the page for signing in shows; `target` is where the person goes then."""
    return {"form": form, "next": target, "kept": is_named_in(own_address(target, ""))}


def _device() -> services.Device:
    return services.Device(
        request.remote_addr or "", request.headers.get("User-Agent", ""), session_token(request), last_workplace()
    )


def _page_before() -> str:
    """The page that the form stood on, as sorted and searched since; its own field where no Referer is sent."""
    drawn = own_address(request.form.get("next", ""), url_for("accounts.home"))
    return own_address(page_of(request.referrer or ""), drawn)


def _keep_cookie(response: BaseResponse, name: str, value: str) -> None:
    year = 365 * 24 * 3600
    response.set_cookie(name, value, max_age=year, secure=request.is_secure, httponly=True, samesite="Lax")


def _with_session(response: BaseResponse, token: str) -> BaseResponse:
    response.set_cookie(
        SECURE_COOKIE if request.is_secure else COOKIE,
        token,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response
