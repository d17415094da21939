"""What customers do by the links in their messages, without signing in: stop messages, leave a program (LP-5, MY-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.services import wait_before_link, wait_before_link_from
from app.address import takes
from app.businesses.models import Business
from app.businesses.queries import logo_href, own_business
from app.customers.family import survivor_of
from app.customers.models import ConsentKind, Customer
from app.customers.queries import customer_named, customer_to_change
from app.customers.services.leaving import stop_channel
from app.db import business_id, open_scope, rollback
from app.form_keys import sealed
from app.lib.tokens import ForgedError
from app.links import Linked, leaving, stopping
from app.locale import read_by
from app.my.channels import choose, offered_channels, wanted_channels
from app.my.leaving import enrolment_of, leave, membership_of
from app.my.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.scope import Scope

ONE_CLICK = "One-Click"
"""What a mail program sends by itself when its user presses its own button (RFC 8058)."""


@dataclass(frozen=True)
class Guest:
    """Whom a link is about."""

    customer: Customer
    business: Business
    program_id: int

    @property
    def language(self) -> str:
        return read_by(self.customer.language)


Visit = Callable[[Guest], BaseResponse]


def linked(read: Callable[[str], Linked]) -> Callable[[Visit], Callable[..., BaseResponse]]:
    """A view for whoever the token in its address is about, in that customer's language and business."""

    def mark(view: Visit) -> Callable[..., BaseResponse]:
        @wraps(view)
        def visit(**arguments: str) -> BaseResponse:
            (token,) = arguments.values()
            try:
                guest = _guest(read(token))
            except (ForgedError, NotFound):
                return _nowhere()
            g.language = guest.language
            with force_locale(guest.language):
                return view(guest)

        return visit

    return mark


@blueprint.get("/u/<stop_token>")
@requires(Permission.PUBLIC)
@takes("saved")
@linked(stopping)
def linked_messages(guest: Guest) -> BaseResponse:
    wanted = wanted_channels(guest.customer)
    return _page("my/messages.html", guest, channels=offered_channels(), wanted=wanted, saved="saved" in request.args)


@blueprint.post("/u/<stop_token>")
@requires(Permission.PUBLIC)
@sealed
@linked(stopping)
def choose_linked_messages(guest: Guest) -> BaseResponse:
    if wait_before_link(f"{business_id()}:{guest.customer.id}"):
        return _slow_down()
    customer = customer_to_change(guest.customer.id)
    if request.form.get("List-Unsubscribe") == ONE_CLICK:
        stop_channel(customer, ConsentKind.EMAIL)
        return make_response("", 200)
    choose(customer, request.form.get("act"), request.form.getlist("channel"))
    return redirect(url_for("my.linked_messages", saved=1, **(request.view_args or {})), 303)


@blueprint.get("/l/<leave_token>")
@requires(Permission.PUBLIC)
@linked(leaving)
def linked_membership(guest: Guest) -> BaseResponse:
    return _membership(guest)


@blueprint.post("/l/<leave_token>")
@requires(Permission.PUBLIC)
@sealed
@linked(leaving)
def leave_by_link(guest: Guest) -> BaseResponse:
    if request.form.get("sure") != "yes" or enrolment_of(guest.customer, guest.program_id) is None:
        return _membership(guest, _("Tick that you want to leave."), 422)
    if wait_before_link(f"{business_id()}:{guest.customer.id}"):
        return _slow_down()
    leave(guest.customer.id, guest.program_id)
    return redirect(url_for("my.linked_membership", **(request.view_args or {})), 303)


def _guest(about: Linked) -> Guest:
    """Raises NotFound for a customer who was erased, or is in the program no more."""
    open_scope(Scope(about.business_id))
    customer = customer_named(survivor_of(about.customer_id))
    return Guest(customer, own_business(), about.program_id)


def _membership(guest: Guest, fault: str = "", status: int = 200) -> BaseResponse:
    if enrolment_of(guest.customer, guest.program_id) is None:
        return _nowhere()
    about = membership_of(guest.customer, guest.program_id, guest.language)
    return _page("my/membership.html", guest, status, program=about, fault=fault)


def _page(page: str, guest: Guest, status: int = 200, **context: Any) -> BaseResponse:
    about = {"business": guest.business.name, "logo": logo_href()}
    return make_response(render_template(page, **about, **context), status)


def _nowhere() -> BaseResponse:
    """For a link that nobody gave out. Trying many is slowed down."""
    g.pop("language", None)
    rollback()
    open_scope(Scope(None))
    if wait_before_link_from(request.remote_addr or "", "customer"):
        return _slow_down()
    title, advice = _("This link leads nowhere."), _("Open it once more from the message that you got, as a whole.")
    return make_response(render_template("my/nowhere.html", title=title, advice=advice, business=""), 404)


def _slow_down() -> BaseResponse:
    title, advice = _("That was too often."), _("Wait ten minutes and try again.")
    return make_response(render_template("my/nowhere.html", title=title, advice=advice, business=""), 429)
