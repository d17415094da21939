"""What pays, the PIN, the confirmation, and what became of a sale (TE-2, TE-3, TE-6)."""

from __future__ import annotations

import uuid

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.errors import Problem
from app.filters import language
from app.identity import till
from app.lib import formats
from app.permissions import Permission, requires
from app.terminal.forms import CodeForm, PaymentForm, account_key, payment_form
from app.terminal.pages import Counter, refusal_words, step
from app.terminal.views.blueprint import blueprint
from app.transactions.models import OpenSale
from app.transactions.services import (
    Basket,
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
    in_points,
    sell,
    send_pin,
)
from app.transactions.services.open_sales import basket_of, open_sale, put_payment
from app.web import go, render


@blueprint.get("/open-sales/<uuid:sale_key>/payment")
@requires(Permission.SELL)
def payment(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    return go(back) if (back := _elsewhere(sale)) else _show_payment(sale)


@blueprint.post("/open-sales/<uuid:sale_key>/payment")
@requires(Permission.SELL)
def put_paid(sale_key: uuid.UUID) -> BaseResponse:
    """Keeps what pays and shows what it comes to."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := _elsewhere(sale):
        return go(back)
    counter = Counter(sale)
    _asked(counter)
    form = _form(counter)
    if not form.validate() or not _takes(counter, form):
        return _show_payment(sale, form, 422)
    digits = counter.quote.digits
    accounts = {each.id: form[account_key(each.id)].data or 0 for each in counter.accounts}
    put_payment(sale, in_points(form.points.data or 0, digits), accounts)
    return go(step("payment", sale_key))


@blueprint.post("/open-sales/<uuid:sale_key>/pin")
@requires(Permission.SELL)
def ask_for_pin(sale_key: uuid.UUID) -> BaseResponse:
    """On to the confirmation; a PIN goes out where the points need one (TE-3)."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := _elsewhere(sale):
        return go(back)
    asked = _asked(Counter(sale))
    if asked.needs_pin and (sale.pin_id is None or "again" in request.form):
        _send(sale, asked)
    return go(step("confirmation", sale_key))


@blueprint.get("/open-sales/<uuid:sale_key>/confirmation")
@requires(Permission.SELL)
def confirmation(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    return go(back) if (back := _elsewhere(sale)) else _show_confirmation(sale, CodeForm())


@blueprint.post("/open-sales/<uuid:sale_key>/confirmation")
@requires(Permission.SELL)
def confirm(sale_key: uuid.UUID) -> BaseResponse:
    """Makes the sale, once (TE-6): its row is held, and it is the form's key that a twin waits for."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := _elsewhere(sale):
        return go(back)
    form = CodeForm()
    try:
        made = _sell(sale, form)
    except QuoteChangedError:
        return _show_confirmation(sale, form, _("The figures changed meanwhile. Look at the new ones and confirm."))
    except RefusedError as refused:
        return _show_confirmation(sale, form, refusal_words(refused))
    if made is None:
        return _show_confirmation(sale, form)
    sale.transaction_id = made
    return go(url_for("terminal.receipt", transaction_id=made))


@blueprint.get("/open-sales/<uuid:sale_key>")
@requires(Permission.SELL)
def fate(sale_key: uuid.UUID) -> BaseResponse:
    """What became of a sale: its receipt, or that there is none and how to go on (TE-6)."""
    sale = open_sale(till().id, sale_key)
    if sale.transaction_id:
        return go(url_for("terminal.receipt", transaction_id=sale.transaction_id))
    return render("terminal/fate.html", sale=sale, back=_elsewhere(sale) or step("confirmation", sale_key))


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
        return Figures(*(int(request.form[name]) for name in ("total", "points", "due", "earned")))
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
    most = in_money(counter.most, asked.digits)
    if points > most:
        form.points.errors = [_("At most %(points)s points.", points=formats.points(counter.most, language()))]
    for each in counter.accounts:
        field = form[account_key(each.id)]
        if (field.data or 0) > each.amount:
            field.errors = [_("There is not so much on this account.")]
    paid = points + sum(form[account_key(each.id)].data or 0 for each in counter.accounts)
    if paid > asked.total and not form.errors:
        form.points.errors = [_("This is more than the check comes to.")]
    return not any(field.errors for field in form)


def _form(counter: Counter) -> PaymentForm:
    shown = {account_key(int(wallet)): amount for wallet, amount in counter.sale.accounts.items()}
    points = in_money(counter.sale.points, counter.quote.digits)
    return payment_form(counter.accounts, **shown, **({"points": points} if points else {}))


def _asked(counter: Counter) -> Quote:
    """What the check comes to. Raises Problem where it cannot be sold."""
    try:
        return counter.quote
    except RefusedError as refused:
        raise Problem(409, refusal_words(refused), _("Begin a new sale.")) from None


def _elsewhere(sale: OpenSale) -> str | None:
    """Where a sale is that has nothing to be paid yet, or is done."""
    if sale.transaction_id:
        return step("fate", sale.key)
    if not sale.customer_id:
        return step("new_customer", sale.key)
    return None if sale.lines else step("amount", sale.key)


def _show_payment(sale: OpenSale, form: PaymentForm | None = None, status: int = 200) -> Response:
    counter = Counter(sale)
    asked = _asked(counter)
    response = render("terminal/payment.html", counter=counter, sale=sale, quote=asked, form=form or _form(counter))
    response.status_code = status
    return response


def _show_confirmation(sale: OpenSale, form: CodeForm, fault: str = "") -> Response:
    counter = Counter(sale)
    asked = _asked(counter)
    response = render("terminal/confirmation.html", form=form, counter=counter, sale=sale, quote=asked, fault=fault)
    response.status_code = 422 if fault or form.code.errors else 200
    return response
