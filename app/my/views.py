"""What customers do by the links in their messages, without signing in: stop messages, leave a program (LP-5, MY-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.services import wait_before_link
from app.address import takes
from app.businesses.models import Business, Feature
from app.businesses.queries import features, logo_href, own_business
from app.customers.details import details_of
from app.customers.family import survivor_of
from app.customers.models import CHANNELS, ConsentKind, Customer, Enrolment
from app.customers.queries import customer_named, customer_to_change
from app.customers.services.leaving import choose_channels, leave_program, stop_channel
from app.db import business_id, open_scope, rollback
from app.extensions import db
from app.form_keys import sealed
from app.lib.tokens import ForgedError
from app.links import Linked, leaving, stopping
from app.locale import main_language
from app.loyalty.queries import program_named
from app.messaging.texts import Voice
from app.messaging.values import values_of
from app.permissions import Permission, requires
from app.scope import Scope

blueprint = Blueprint("my", __name__)

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
        return self.customer.language or main_language()


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
def messages(guest: Guest) -> BaseResponse:
    kept = details_of(guest.customer)
    wanted = {kind for kind in CHANNELS if kept.granted(kind)}
    return _page("my/messages.html", guest, channels=_channels(), wanted=wanted, saved="saved" in request.args)


@blueprint.post("/u/<stop_token>")
@requires(Permission.PUBLIC)
@sealed
@linked(stopping)
def choose_messages(guest: Guest) -> BaseResponse:
    if wait_before_link(f"{business_id()}:{guest.customer.id}"):
        return _slow_down()
    customer = customer_to_change(guest.customer.id)
    if request.form.get("List-Unsubscribe") == ONE_CLICK:
        stop_channel(customer, ConsentKind.EMAIL)
        return make_response("", 200)
    match request.form.get("act"):
        case "stop":
            choose_channels(customer, ())
        case "choose":
            kept, offered, ticked = details_of(customer), dict(_channels()), request.form.getlist("channel")
            hidden = [kind for kind in CHANNELS if kind not in offered and kept.granted(kind)]
            choose_channels(customer, [*hidden, *(kind for kind in offered if kind.name.lower() in ticked)])
    return redirect(url_for("my.messages", saved=1, **(request.view_args or {})), 303)


@blueprint.get("/l/<leave_token>")
@requires(Permission.PUBLIC)
@linked(leaving)
def membership(guest: Guest) -> BaseResponse:
    return _membership(guest)


@blueprint.post("/l/<leave_token>")
@requires(Permission.PUBLIC)
@sealed
@linked(leaving)
def leave(guest: Guest) -> BaseResponse:
    if request.form.get("sure") != "yes" or _enrolment(guest) is None:
        return _membership(guest, _("Tick that you want to leave."), 422)
    if wait_before_link(f"{business_id()}:{guest.customer.id}"):
        return _slow_down()
    leave_program(customer_to_change(guest.customer.id), guest.program_id)
    return redirect(url_for("my.membership", **(request.view_args or {})), 303)


def _guest(about: Linked) -> Guest:
    """Raises NotFound for a customer who was erased, or is in the program no more."""
    open_scope(Scope(about.business_id, address=request.remote_addr or ""))
    customer = customer_named(survivor_of(about.customer_id))
    return Guest(customer, own_business(), about.program_id)


def _channels() -> list[tuple[ConsentKind, str]]:
    """Those that this business can write on."""
    words = {
        ConsentKind.SMS: _("SMS"),
        ConsentKind.EMAIL: _("E-mail"),
        ConsentKind.PUSH: _("Notifications of the app"),
        ConsentKind.VIBER: _("Viber"),
    }
    if Feature.VIBER not in features():
        del words[ConsentKind.VIBER]
    return list(words.items())


def _membership(guest: Guest, fault: str = "", status: int = 200) -> BaseResponse:
    enrolment = _enrolment(guest)
    if enrolment is None:
        return _nowhere()
    held = values_of([guest.customer.id], guest.program_id, ("points",))[guest.customer.id].values
    name = Voice.of(program_named(guest.program_id)).name(guest.language)
    about = {"name": name, "points": held["points"], "left": enrolment.left_at is not None}
    return _page("my/membership.html", guest, status, program=about, fault=fault)


def _enrolment(guest: Guest) -> Enrolment | None:
    return db.session.get(Enrolment, (business_id(), guest.program_id, guest.customer.id))


def _page(page: str, guest: Guest, status: int = 200, **context: Any) -> BaseResponse:
    about = {"business": guest.business.name, "logo": logo_href()}
    return make_response(render_template(page, **about, **context), status)


def _nowhere() -> BaseResponse:
    """For a link that nobody gave out. Trying many is slowed down."""
    g.pop("language", None)
    rollback()
    open_scope(Scope(None))
    if wait_before_link(request.remote_addr or ""):
        return _slow_down()
    title, advice = _("This link leads nowhere."), _("Open it once more from the message that you got, as a whole.")
    return make_response(render_template("my/nowhere.html", title=title, advice=advice, business=""), 404)


def _slow_down() -> BaseResponse:
    title, advice = _("That was too often."), _("Wait ten minutes and try again.")
    return make_response(render_template("my/nowhere.html", title=title, advice=advice, business=""), 429)
