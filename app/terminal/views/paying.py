"""What pays, the PIN, the confirmation, and what became of a sale (TE-2, TE-3, TE-6)."""

from __future__ import annotations

import uuid
from dataclasses import fields
from typing import Any

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.db import rollback
from app.errors import Problem
from app.identity import till
from app.permissions import Permission, requires
from app.terminal.check import asked_of, elsewhere
from app.terminal.forms import CodeForm
from app.terminal.pages import Counter, step
from app.terminal.views.blueprint import blueprint
from app.terminal.views.choosing import show_payment, take_typed
from app.transactions.models import OpenSale
from app.transactions.services import (
    Basket,
    BroughtRefusedError,
    Figures,
    PinLimitError,
    PinNeededError,
    PinOverError,
    Quote,
    QuoteChangedError,
    RefusedError,
    WrongPinError,
    check_pin,
    sell,
    send_pin,
)
from app.transactions.services.open_sales import basket_of, open_sale
from app.transactions.services.refusing import refusal_words
from app.web import go, render

FIGURES = tuple(each.name for each in fields(Figures))


@blueprint.get("/open-sales/<uuid:sale_key>/payment")
@requires(Permission.SELL)
def payment(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    return go(back) if (back := elsewhere(sale)) else show_payment(Counter(sale))


@blueprint.post("/open-sales/<uuid:sale_key>/payment")
@requires(Permission.SELL)
def put_paid(sale_key: uuid.UUID) -> BaseResponse:
    """Keeps what pays and shows what it comes to."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    return take_typed(Counter(sale)) or go(step("payment", sale_key))


@blueprint.post("/open-sales/<uuid:sale_key>/pin")
@requires(Permission.SELL)
def ask_for_pin(sale_key: uuid.UUID) -> BaseResponse:
    """On to the confirmation; a PIN goes out where the points need one (TE-3)."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    if refused := take_typed(Counter(sale)):
        return refused
    counter = Counter(sale)
    asked = asked_of(counter)
    if asked.needs_pin and (sale.pin_id is None or "again" in request.form) and (fault := _send(sale, asked)):
        return show_payment(counter, fault=fault)
    return go(step("confirmation", sale_key))


@blueprint.get("/open-sales/<uuid:sale_key>/confirmation")
@requires(Permission.SELL)
def confirmation(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    return go(back) if (back := elsewhere(sale)) else _show_confirmation(Counter(sale), CodeForm())


@blueprint.post("/open-sales/<uuid:sale_key>/confirmation")
@requires(Permission.SELL)
def confirm(sale_key: uuid.UUID) -> BaseResponse:
    """Makes the sale, once (TE-6): its row is held, and it is the form's key that a twin waits for."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    counter, form = Counter(sale), CodeForm()
    if sale.brought:
        # What cannot be redeemed any more is left out here as on the screen, so that the figures say so.
        asked_of(counter)
    try:
        made = _sell(sale, form)
    except QuoteChangedError:
        return _show_confirmation(counter, form, _("The figures changed meanwhile. Look at the new ones and confirm."))
    except BroughtRefusedError as refused:
        # Another Terminal was quicker, and this sale was half made.
        rollback()
        counter = Counter(open_sale(till().id, sale_key))
        asked_of(counter)
        return _show_confirmation(counter, form, "" if counter.put_away else refusal_words(refused))
    except RefusedError as refused:
        return _show_confirmation(counter, form, refusal_words(refused))
    if made is None:
        return _show_confirmation(counter, form)
    sale.transaction_id = made
    return go(url_for("terminal.receipt", transaction_id=made))


@blueprint.get("/open-sales/<uuid:sale_key>")
@requires(Permission.SELL)
def fate(sale_key: uuid.UUID) -> BaseResponse:
    """What became of a sale: its receipt, or that there is none and how to go on (TE-6)."""
    sale = open_sale(till().id, sale_key)
    if sale.transaction_id:
        return go(url_for("terminal.receipt", transaction_id=sale.transaction_id))
    return render("terminal/fate.html", sale=sale, back=elsewhere(sale) or step("confirmation", sale_key))


def _sell(sale: OpenSale, form: CodeForm) -> int | None:
    """The sale's number; None with what is wrong beside the code. Raises QuoteChangedError, RefusedError."""
    basket = basket_of(sale)
    checked = bool(sale.pin_id) and _code_is_right(sale, basket, form)
    if sale.pin_id and not checked:
        return None
    try:
        return sell(basket, _agreed(), pin_checked=checked).transaction_id
    except PinNeededError:
        form.code.errors = [_("So many points pay with a PIN now. Send it.")]
        return None


def _code_is_right(sale: OpenSale, basket: Basket, form: CodeForm) -> bool:
    try:
        check_pin(sale.pin_id or 0, form.code.data or "", basket, _agreed().points)
    except WrongPinError as wrong:
        left = ngettext("%(num)d try left.", "%(num)d tries left.", wrong.tries_left)
        form.code.errors = [_("This is not the PIN."), left]
    except PinOverError:
        form.code.errors = [_("This PIN is over. Send a new one.")]
    else:
        return True
    return False


def _agreed() -> Figures:
    """The figures that stood on the screen. Raises Problem."""
    try:
        return Figures(*(int(request.form[name]) for name in FIGURES))
    except (KeyError, ValueError):
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again.")) from None


def _send(sale: OpenSale, asked: Quote) -> str:
    """Sends a PIN; answers with why none is sent, in words."""
    try:
        sent = send_pin(asked)
    except PinLimitError:
        advice = _("Let the customer pay with fewer points today, or in money.")
        return _("Too many PINs were wrong today, or were sent and not used.") + " " + advice
    sale.pin_id = sent.id
    if not current_app.config["REGULARS"].production:
        # No SMS leaves a demonstration, so the code is told where it is to be typed.
        flash(_("Demonstration: the customer reads the PIN %(code)s.", code=sent.code), "message")
    return ""


def _show_confirmation(counter: Counter, form: CodeForm, fault: str = "") -> Response:
    asked, sale = asked_of(counter), counter.sale
    context: dict[str, Any] = {"counter": counter, "sale": sale, "quote": asked, "figures": FIGURES}
    response = render("terminal/confirmation.html", form=form, fault=fault, **context)
    # A sale that was not made keeps nothing.
    response.status_code = 422 if request.method == "POST" else 200
    return response
