"""What pays, the PIN, the confirmation, and what became of a sale (TE-2, TE-3, TE-6)."""

from __future__ import annotations

import uuid
from dataclasses import fields, replace
from typing import Any

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.db import rollback
from app.errors import Problem
from app.filters import language
from app.identity import till
from app.lib import formats
from app.permissions import Permission, requires
from app.terminal.forms import CodeForm, PaymentForm, ThingForm, account_key, card_key, payment_form
from app.terminal.hand import Hand
from app.terminal.pages import Counter, step
from app.terminal.views.blueprint import blueprint
from app.transactions.models import OpenSale
from app.transactions.services import (
    Basket,
    Brought,
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
    in_money,
    pays_whole,
    sell,
    send_pin,
)
from app.transactions.services.open_sales import basket_of, open_sale, put_brought, put_payment
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
    counter = Counter(sale)
    asked_of(counter)
    form = _form(counter, Hand(counter))
    if not form.validate() or not _takes(counter, form):
        return show_payment(counter, form)
    accounts = {each.id: form[account_key(each.id)].data or 0 for each in counter.accounts}
    put_payment(sale, form.points.data or 0, accounts)
    cards = {each.id: form[card_key(each.id)].data or 0 for each in counter.quote.carried.cards}
    put_brought(sale, replace(Brought.of(sale.brought), gift_cards=cards))
    return go(step("payment", sale_key))


@blueprint.post("/open-sales/<uuid:sale_key>/pin")
@requires(Permission.SELL)
def ask_for_pin(sale_key: uuid.UUID) -> BaseResponse:
    """On to the confirmation; a PIN goes out where the points need one (TE-3)."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    asked = asked_of(Counter(sale))
    if asked.needs_pin and (sale.pin_id is None or "again" in request.form):
        _send(sale, asked)
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


def _send(sale: OpenSale, asked: Quote) -> None:
    try:
        sent = send_pin(asked)
    except PinLimitError:
        advice = _("Let the customer pay with fewer points today, or in money.")
        raise Problem(429, _("Too many PINs were wrong today, or were sent and not used."), advice) from None
    sale.pin_id = sent.id
    if not current_app.config["REGULARS"].production:
        # No SMS leaves a demonstration, so the code is told where it is to be typed.
        flash(_("Demonstration: the customer reads the PIN %(code)s.", code=sent.code), "message")


def _takes(counter: Counter, form: PaymentForm) -> bool:
    """Whether so much may pay; else what is wrong stands beside the fields."""
    asked = counter.quote
    points = form.points.data or 0
    if not pays_whole(points, asked.digits):
        form.points.errors = [_("Points pay in whole amounts of the currency.")]
    if points > counter.most:
        form.points.errors = [_("At most %(points)s points.", points=formats.points(counter.most, language()))]
    held = {account_key(each.id): each.amount for each in counter.accounts}
    held |= {card_key(each.id): each.balance for each in asked.carried.cards}
    for key, amount in held.items():
        if (form[key].data or 0) > amount:
            form[key].errors = [_("There is not so much on this account.")]
    paid = in_money(points, asked.digits) + sum(form[key].data or 0 for key in held)
    if paid > asked.total and not form.errors:
        form.points.errors = [_("This is more than the check comes to.")]
    return not any(field.errors for field in form)


def _form(counter: Counter, hand: Hand) -> PaymentForm:
    shown = {account_key(int(wallet)): amount for wallet, amount in counter.sale.accounts.items()}
    shown |= {card_key(card): amount for card, amount in counter.quote.basket.brought.gift_cards.items()}
    shown |= {"points": counter.sale.points} if counter.sale.points else {}
    return payment_form(counter.accounts, hand.cards, **shown)


def asked_of(counter: Counter) -> Quote:
    """What the check comes to. Raises Problem where it cannot be sold."""
    try:
        return counter.quote
    except RefusedError as refused:
        raise Problem(409, refusal_words(refused), _("Begin a new sale.")) from None


def elsewhere(sale: OpenSale) -> str | None:
    """Where a sale is that has nothing to be paid yet, or is done."""
    if sale.transaction_id:
        return step("fate", sale.key)
    if not sale.customer_id:
        return step("new_customer", sale.key)
    return None if sale.lines else step("amount", sale.key)


def show_payment(counter: Counter, form: PaymentForm | None = None, codes: ThingForm | None = None) -> Response:
    """With what is wrong in either form, if something is."""
    asked, faulty = asked_of(counter), form or codes
    hand = Hand(counter)
    forms: dict[str, Any] = {"form": form or _form(counter, hand), "codes": codes or ThingForm(formdata=None)}
    response = render("terminal/payment.html", counter=counter, sale=counter.sale, quote=asked, hand=hand, **forms)
    response.status_code = 422 if faulty else 200
    return response


def _show_confirmation(counter: Counter, form: CodeForm, fault: str = "") -> Response:
    asked, sale = asked_of(counter), counter.sale
    context: dict[str, Any] = {"counter": counter, "sale": sale, "quote": asked, "figures": FIGURES}
    response = render("terminal/confirmation.html", form=form, fault=fault, **context)
    # A sale that was not made keeps nothing.
    response.status_code = 422 if request.method == "POST" else 200
    return response
