"""What is sold, as goods found in the list by name, code or group (TE-2, LP-6)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.filters import language
from app.identity import till
from app.lib import decimals
from app.loyalty.models import Good
from app.loyalty.queries import offered_among
from app.permissions import Permission, requires
from app.terminal.forms import read_price
from app.terminal.pages import Counter, step
from app.terminal.shelf import Shelf, quantities
from app.terminal.views.basket import chosen_program, elsewhere
from app.terminal.views.blueprint import blueprint
from app.transactions.models import OpenSale
from app.transactions.services import BasketLine, gross_of
from app.transactions.services.open_sales import open_sale, put_lines
from app.web import go, render

MOST_PIECES = 10_000


@blueprint.get("/open-sales/<uuid:sale_key>/goods")
@requires(Permission.SELL)
def goods(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    if back := elsewhere(sale):
        return go(back)
    return _show(sale)


@blueprint.post("/open-sales/<uuid:sale_key>/goods")
@requires(Permission.SELL)
def put_goods(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    fault = _keep(sale)
    if not fault and not any(line["good_id"] for line in sale.lines):
        fault = _("Choose what is sold.")
    return _show(sale, fault) if fault else go(step("payment", sale_key))


@blueprint.post("/open-sales/<uuid:sale_key>/goods/search")
@requires(Permission.SELL)
def find_goods(sale_key: uuid.UUID) -> BaseResponse:
    """Shows what is found, and keeps what is chosen so far: it stands above whatever is looked for next."""
    sale = open_sale(till().id, sale_key, hold=True)
    if back := elsewhere(sale):
        return go(back)
    return _show(sale, _keep(sale))


def _keep(sale: OpenSale) -> str:
    """Keeps what is chosen; what is wrong with it, in words, or ''."""
    try:
        lines = list(_lines())
    except ValueError as error:
        return str(error)
    # An amount that was typed before stays until goods are chosen instead.
    if lines or any(line["good_id"] for line in sale.lines):
        put_lines(sale, chosen_program(sale), lines)
    return ""


def _lines() -> Iterator[BasketLine]:
    """What was chosen of the goods that are offered. Raises ValueError in words."""
    for good in offered_among(quantities(request.form)).values():
        pieces = _quantity(request.form.get(f"quantity_{good.id}", ""))
        if pieces:
            price = _price(good)
            yield BasketLine(
                good.name, gross_of(price, pieces), pieces, good.id, good.code, price if good.variable_price else None
            )


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
    if not good.variable_price:
        return good.price or 0
    typed = request.form.get(f"price_{good.id}", "").strip()
    if not typed:
        raise ValueError(_("Enter the price of “%(good)s”.", good=good.name))
    return read_price(typed)


def _show(sale: OpenSale, fault: str = "") -> Response:
    shelf = Shelf(sale, request.form, fault)
    response = render("terminal/goods.html", None, counter=Counter(sale), sale=sale, shelf=shelf)
    response.status_code = 422 if fault else 200
    return response
