"""The simulator's page: what would have arrived on each phone; there while some channel goes to it."""

from __future__ import annotations

from functools import wraps
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes, whole_number
from app.customers.models import Customer
from app.customers.queries import customer_named, customers_found
from app.db import business_id
from app.extensions import db
from app.messaging.forms import AnswerForm, CustomerForm, FateForm, HabitForm
from app.messaging.models import MessageStatus, Simulator
from app.messaging.models.simulator import SHARES
from app.messaging.phones import Phones
from app.messaging.simulated import answer_from, is_simulated, tell_now
from app.messaging.views.blueprint import blueprint
from app.permissions import Permission, View, requires
from app.web import go, render

MOST_FOUND = 20


def _simulating(view: View) -> View:
    """The view, while there is a simulator to look at; else nothing is here."""

    @wraps(view)
    def seen(**ids: int) -> Any:
        if not is_simulated():
            raise NotFound
        return view(**ids)

    return seen  # type: ignore[return-value]


@blueprint.get("/simulator")
@requires(Permission.HANDLE_MESSAGES)
@_simulating
def simulator() -> BaseResponse:
    """All phones, and the newest of them beside; on a small screen all alone."""
    listed = Phones()
    newest = listed.all[0].customer_id if listed.all else None
    chosen = Phones(db.session.get(Customer, (business_id(), newest))) if newest else listed
    return _show(chosen)


@blueprint.get("/simulator/<int:customer_id>")
@requires(Permission.HANDLE_MESSAGES)
@_simulating
def phone(customer_id: int) -> BaseResponse:
    return _show(Phones(customer_named(customer_id)), opened=True)


@blueprint.get("/simulator/<int:customer_id>/screen")
@requires(Permission.HANDLE_MESSAGES)
@_simulating
def screen(customer_id: int) -> BaseResponse:
    """What the phone shows now, for a page that stays open; by its address, that page."""
    if not request.htmx:  # type: ignore[attr-defined]
        return go(url_for("messaging.phone", customer_id=customer_id))
    return render("messaging/_screen.html", phones=Phones(customer_named(customer_id)))


@blueprint.get("/simulator/phones")
@requires(Permission.HANDLE_MESSAGES)
@takes("customer")
@_simulating
def phones() -> BaseResponse:
    """The list as it is now, for a page that stays open; by its address, that page."""
    chosen = request.args.get("customer")
    if not request.htmx:  # type: ignore[attr-defined]
        return go(url_for("messaging.simulator"))
    customer = customer_named(whole_number(chosen, "customer")) if chosen else None
    return render("messaging/_phones.html", phones=Phones(customer))


@blueprint.post("/simulator/phones")
@requires(Permission.HANDLE_MESSAGES)
@_simulating
def find_phone() -> BaseResponse:
    """Whose phone is looked for never stands in an address."""
    form = CustomerForm()
    if not form.validate():
        return _show(Phones(), search=form, status=422)
    found = customers_found(form.text.data, MOST_FOUND)
    if len(found) == 1:
        return go(url_for("messaging.phone", customer_id=found[0].id))
    return _show(Phones(), search=form, found=found)


@blueprint.post("/simulator/<int:customer_id>/answers")
@requires(Permission.HANDLE_MESSAGES)
@_simulating
def answer(customer_id: int) -> BaseResponse:
    customer, form = customer_named(customer_id), AnswerForm()
    chosen = Phones(customer)
    if not chosen.may_answer:
        raise NotFound
    if not form.validate():
        return _show(chosen, opened=True, answering=form, status=422)
    answer_from(customer, form.text.data)
    flash(_("Sent. It comes in within a few seconds."), "success")
    return go(url_for("messaging.phone", customer_id=customer_id))


@blueprint.post("/simulator/<int:customer_id>/messages/<int:message_id>/receipt")
@requires(Permission.HANDLE_MESSAGES)
@_simulating
def tell(customer_id: int, message_id: int) -> BaseResponse:
    """What is on its way arrives now, or does not."""
    form = FateForm()
    if form.validate():
        tell_now(message_id, MessageStatus.DELIVERED if form.arrived.data == "yes" else MessageStatus.FAILED)
    return go(url_for("messaging.phone", customer_id=customer_id))


@blueprint.post("/simulator/habit")
@requires(Permission.HANDLE_MESSAGES)
@_simulating
def keep_habit() -> BaseResponse:
    form = HabitForm()
    if not form.validate():
        return _show(Phones(), habit=form, status=422)
    kept = db.session.get(Simulator, business_id()) or Simulator(business_id=business_id())
    kept.seed, kept.delay = form.seed.data, form.delay.data
    for share in SHARES:
        setattr(kept, share, form[share].data * 10)
    db.session.add(kept)
    flash(_("The simulator treats messages so from now on."), "success")
    return go(url_for("messaging.simulator"))


def _habit() -> HabitForm:
    kept = db.session.get(Simulator, business_id())
    shares = {share: getattr(kept, share) // 10 if kept else 0 for share in SHARES}
    return HabitForm(
        formdata=None, data={"seed": kept.seed if kept else 1, "delay": kept.delay if kept else 0, **shares}
    )


def _show(listed: Phones, *, opened: bool = False, status: int = 200, **shown: Any) -> BaseResponse:
    usual: dict[str, Any] = {"search": CustomerForm(formdata=None), "answering": AnswerForm(formdata=None)}
    shown = {**usual, "found": None, "habit": _habit(), **shown}
    help_href = url_for("help.index", _anchor="simulator")
    response = render("messaging/simulator.html", phones=listed, opened=opened, help_href=help_href, **shown)
    response.status_code = status
    return response
