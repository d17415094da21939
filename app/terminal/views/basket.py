"""What is sold, as an amount (TE-2)."""

from __future__ import annotations

import uuid

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.errors import Problem
from app.identity import till
from app.permissions import Permission, requires
from app.terminal.forms import AmountForm
from app.terminal.pages import Counter, step
from app.terminal.views.blueprint import blueprint
from app.transactions.models import OpenSale
from app.transactions.services import BasketLine
from app.transactions.services.open_sales import open_sale, put_lines
from app.web import go, render


@blueprint.get("/open-sales/<uuid:sale_key>/amount")
@requires(Permission.SELL)
def amount(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    if back := elsewhere(sale):
        return go(back)
    typed = [line["gross"] for line in sale.lines if line["good_id"] is None]
    return _show_amount(sale, AmountForm(data={"amount": typed[0] if typed else None}))


@blueprint.post("/open-sales/<uuid:sale_key>/amount")
@requires(Permission.SELL)
def put_amount(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    form = AmountForm()
    if not form.validate():
        return _show_amount(sale, form, 422)
    put_lines(sale, chosen_program(sale), [BasketLine(_("Check"), form.amount.data or 0)])
    return go(step("payment", sale_key))


def chosen_program(sale: OpenSale) -> int:
    """The program that was chosen, where there are several. Raises Problem."""
    typed = request.form.get("program")
    if typed is None:
        return sale.program_id
    chosen = [each.id for each in Counter(sale).programs if str(each.id) == typed]
    if not chosen:
        raise Problem(400, _("There is no such program here."))
    return chosen[0]


def elsewhere(sale: OpenSale) -> str | None:
    """Where a sale is that cannot be at this step: not begun, or done, or there is something to be answered first."""
    if sale.transaction_id:
        return step("fate", sale.key)
    if not sale.customer_id:
        return step("new_customer", sale.key)
    return step("answers", sale.key) if Counter(sale).must_answer else None


def _show_amount(sale: OpenSale, form: AmountForm, status: int = 200) -> Response:
    response = render("terminal/amount.html", form=form, counter=Counter(sale), sale=sale)
    response.status_code = status
    return response
