"""What a customer says about itself: language, messages, programs that it leaves (MY-1, LP-5, CP-7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.forms import THEMES
from app.accounts.services import wait_before_link
from app.address import takes
from app.customers.details import details_of
from app.customers.queries import customer_to_change
from app.customers.services.changing import change_customer
from app.db import business_id
from app.errors import Problem
from app.locale import COOKIE, LANGUAGES
from app.my.channels import choose, offered_channels, wanted_channels
from app.my.holdings import Holdings
from app.my.leaving import leave, membership_of
from app.my.queries import membership
from app.my.views.blueprint import blueprint
from app.my.views.pushes import of_app
from app.my.visitor import YEAR, Door, Visitor, at_door, drop_token, show, signed_in
from app.permissions import Permission, requires
from app.web import go, own_address, page_of


@blueprint.get("/my/<slug>/settings")
@requires(Permission.PUBLIC)
@takes("saved")
@signed_in
def settings(visitor: Visitor) -> BaseResponse:
    about: dict[str, Any] = {"channels": offered_channels(), "wanted": wanted_channels(visitor.customer)}
    programs = [each for each in Holdings(visitor.id).memberships if not each.left]
    about |= {"programs": programs, "saved": "saved" in request.args}
    return show("my/settings.html", visitor, **about, **of_app(visitor))


@blueprint.post("/my/<slug>/settings")
@requires(Permission.PUBLIC)
@signed_in
def choose_messages(visitor: Visitor) -> BaseResponse:
    _slow_down(visitor)
    choose(customer_to_change(visitor.id), request.form.get("act"), request.form.getlist("channel"))
    return go(visitor.href("settings", saved=1))


@blueprint.post("/my/<slug>/preferences")
@requires(Permission.PUBLIC)
@at_door
def keep_preferences(door: Door) -> BaseResponse:
    """Language or theme: kept in the browser, and the language of who is signed in for its messages too."""
    language, theme = request.form.get("language", ""), request.form.get("theme", "")
    before = own_address(page_of(request.referrer or ""), "")
    response = go(before if before.startswith(door.href("home")) else door.href("home"))
    kept: dict[str, Any] = {"max_age": YEAR, "secure": request.is_secure, "httponly": True, "samesite": "Lax"}
    if language in LANGUAGES:
        response.set_cookie(COOKIE, language, **kept)
        if isinstance(door, Visitor):
            _keep_language(door, language)
    if theme in THEMES:
        response.set_cookie("theme", theme, **kept)
    return response


@blueprint.get("/my/<slug>/programs/<int:program_id>/leaving")
@requires(Permission.PUBLIC)
@signed_in
def leaving(visitor: Visitor, program_id: int) -> BaseResponse:
    return _ask(visitor, program_id)


@blueprint.post("/my/<slug>/programs/<int:program_id>/leaving")
@requires(Permission.PUBLIC)
@signed_in
def leave_program(visitor: Visitor, program_id: int) -> BaseResponse:
    """Who is in no program any more is signed out by it."""
    membership(visitor.id, program_id)
    if request.form.get("sure") != "yes":
        return _ask(visitor, program_id, _("Tick that you want to leave."), 422)
    _slow_down(visitor)
    if leave(visitor.id, program_id):
        return go(visitor.href("settings", saved=1))
    response = go(visitor.href("sign_in", left=1))
    drop_token(response)
    return response


def _ask(visitor: Visitor, program_id: int, fault: str = "", status: int = 200) -> BaseResponse:
    membership(visitor.id, program_id)
    about = membership_of(visitor.customer, program_id, visitor.language)
    return show("my/leaving.html", visitor, status, program=about, program_id=program_id, fault=fault)


def _keep_language(visitor: Visitor, language: str) -> None:
    _slow_down(visitor)
    customer = customer_to_change(visitor.id)
    change_customer(customer, replace(details_of(customer), language=language), "customer.choose_language")


def _slow_down(visitor: Visitor) -> None:
    """Raises Problem. Each change of mind is a line of the audit log."""
    if wait_before_link(f"{business_id()}:{visitor.id}"):
        raise Problem(429, _("That was too often."), _("Wait ten minutes and try again."))
