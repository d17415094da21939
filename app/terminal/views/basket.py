"""What is sold: an amount, or goods from the list (TE-2, LP-6)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.errors import Problem
from app.filters import language
from app.identity import till
from app.lib import decimals
from app.loyalty.models import Good
from app.loyalty.queries import offered_goods
from app.permissions import Permission, requires
from app.terminal.forms import AmountForm, read_price
from app.terminal.pages import Counter, step
from app.terminal.views.blueprint import blueprint
from app.transactions.models import OpenSale
from app.transactions.services import BasketLine
from app.transactions.services.open_sales import open_sale, put_lines
from app.web import go, render

MOST_PIECES = 10_000


@blueprint.get("/open-sales/<uuid:sale_key>/amount")
@requires(Permission.SELL)
def amount(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    if (elsewhere := _elsewhere(sale)) is not None:
        return go(elsewhere)
    typed = [line["gross"] for line in sale.lines if line["good_id"] is None]
    return _show_amount(sale, AmountForm(data={"amount": typed[0] if typed else None}))


@blueprint.post("/open-sales/<uuid:sale_key>/amount")
@requires(Permission.SELL)
def put_amount(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key, hold=True)
    if (elsewhere := _elsewhere(sale)) is not None:
        return go(elsewhere)
    form = AmountForm()
    if not form.validate():
        return _show_amount(sale, form, 422)
    put_lines(sale, _program(sale), [BasketLine(_("Check"), form.amount.data or 0)])
    return go(step("payment", sale_key))


@blueprint.get("/open-sales/<uuid:sale_key>/goods")
@requires(Permission.SELL)
def goods(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    if (elsewhere := _elsewhere(sale)) is not None:
        return go(elsewhere)
    return _show_goods(sale)


@blueprint.post("/open-sales/<uuid:sale_key>/goods")
@requires(Permission.SELL)
def put_goods(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key, hold=True)
    if (elsewhere := _elsewhere(sale)) is not None:
        return go(elsewhere)
    try:
        lines = list(_lines())
    except ValueError as error:
        return _show_goods(sale, str(error))
    if not lines:
        return _show_goods(sale, _("Choose what is sold."))
    put_lines(sale, _program(sale), lines)
    return go(step("payment", sale_key))


def _lines() -> Iterator[BasketLine]:
    """What was chosen of the goods that are offered. Raises ValueError in words."""
    for _group, offered in offered_goods():
        for good in offered:
            pieces = _quantity(request.form.get(f"quantity_{good.id}", ""))
            if pieces:
                gross = (2 * _price(good) * pieces + 1000) // 2000
                yield BasketLine(good.name, gross, pieces, good.id, good.code)


def _quantity(typed: str) -> int:
    """Thousandths of what was typed. Raises ValueError in words."""
    try:
        value, rest = divmod(decimals.parse(typed.strip().replace(",", ".") or "0", language()), 10)
    except ValueError:
        value, rest = -1, 0
    if rest or not 0 <= value <= MOST_PIECES * 1000:
        raise ValueError(_("Enter how many as a number, such as 2 or 0.5."))
    return value


def _price(good: Good) -> int:
    """The price of the list, or where it is a base only, what was typed. Raises ValueError in words."""
    typed = request.form.get(f"price_{good.id}", "")
    if not (good.variable_price and typed):
        return good.price or 0
    return read_price(typed)


def _program(sale: OpenSale) -> int:
    """The program that was chosen, where there are several. Raises Problem."""
    typed = request.form.get("program")
    if typed is None:
        return sale.program_id
    chosen = [each.id for each in Counter(sale).programs if str(each.id) == typed]
    if not chosen:
        raise Problem(400, _("There is no such program here."))
    return chosen[0]


def _elsewhere(sale: OpenSale) -> str | None:
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


def _show_goods(sale: OpenSale, fault: str = "") -> Response:
    chosen = {line["good_id"]: line for line in sale.lines}
    typed = request.form if fault else {}
    context: dict[str, Any] = {"groups": offered_goods(), "chosen": chosen, "typed": typed, "fault": fault}
    response = render("terminal/goods.html", None, counter=Counter(sale), sale=sale, **context)
    response.status_code = 422 if fault else 200
    return response
