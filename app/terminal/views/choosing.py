"""Choosing what pays: the fields and codes of one screen, which every button of it carries (TE-2 to TE-4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.filters import language
from app.lib import formats
from app.terminal.check import asked_of, put_code
from app.terminal.forms import PaymentForm, ThingForm, account_key, card_key, payment_form
from app.terminal.hand import Hand
from app.terminal.pages import Counter, step
from app.transactions.services import Brought, in_money, pays_whole
from app.transactions.services.open_sales import put_brought, put_payment
from app.web import go, render


def take_typed(counter: Counter) -> BaseResponse | None:
    """Keeps the amounts that were typed and puts in what has the code, so that no button drops them.

    Answers with the page where something is refused, or what pays had to be chosen anew for the code; else with None.
    """
    asked_of(counter)
    sale, codes = counter.sale, ThingForm()
    form = _form(counter, Hand(counter))
    if not form.validate() or not _takes(counter, form):
        return show_payment(counter, form, codes)
    _keep(counter, form)
    if not codes.code.data:
        return None
    chosen = sale.points, sale.accounts
    if codes.validate() and (fault := put_code(Counter(sale), codes.code.data)):
        codes.code.errors = [fault]
    if codes.code.errors:
        return show_payment(Counter(sale), form, codes)
    return None if (sale.points, sale.accounts) == chosen else go(step("payment", sale.key))


def show_payment(
    counter: Counter, form: PaymentForm | None = None, codes: ThingForm | None = None, fault: str = ""
) -> Response:
    """With what is wrong in either form or on the whole, if something is."""
    asked, faulty = asked_of(counter), form or codes or fault
    hand = Hand(counter)
    forms: dict[str, Any] = {"form": form or _form(counter, hand), "codes": codes or ThingForm(), "fault": fault}
    response = render("terminal/payment.html", counter=counter, sale=counter.sale, quote=asked, hand=hand, **forms)
    response.status_code = 422 if faulty else 200
    return response


def _keep(counter: Counter, form: PaymentForm) -> None:
    sale = counter.sale
    accounts = {each.id: form[account_key(each.id)].data or 0 for each in counter.accounts}
    put_payment(sale, form.points.data or 0, accounts)
    cards = {each.id: form[card_key(each.id)].data or 0 for each in counter.quote.carried.cards}
    put_brought(sale, replace(Brought.of(sale.brought), gift_cards=cards))


def _takes(counter: Counter, form: PaymentForm) -> bool:
    """Whether so much may pay; else what is wrong stands beside the fields."""
    asked = counter.quote
    points = form.points.data or 0
    if not pays_whole(points, asked.digits):
        form.points.errors = [_("Points pay in whole amounts of the currency.")]
    if points > counter.most:
        form.points.errors = [_("At most %(points)s points.", points=formats.points(counter.most, language()))]
    on_account, on_card = _("There is not so much on this account."), _("There is not so much on this gift card.")
    held = {account_key(each.id): (each.amount, on_account) for each in counter.accounts}
    held |= {card_key(each.id): (each.balance, on_card) for each in asked.carried.cards}
    for key, (amount, words) in held.items():
        if (form[key].data or 0) > amount:
            form[key].errors = [words]
    paid = in_money(points, asked.digits) + sum(form[key].data or 0 for key in held)
    if paid > asked.total and not form.errors:
        first = next(form[key] for key in ("points", *held) if form[key].data)
        first.errors = [_("This is more than the check comes to.")]
    return not any(field.errors for field in form)


def _form(counter: Counter, hand: Hand) -> PaymentForm:
    shown = {account_key(int(wallet)): amount for wallet, amount in counter.sale.accounts.items()}
    shown |= {card_key(card): amount for card, amount in counter.quote.basket.brought.gift_cards.items()}
    shown |= {"points": counter.sale.points} if counter.sale.points else {}
    return payment_form(counter.accounts, hand.cards, **shown)
