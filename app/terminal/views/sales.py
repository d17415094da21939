"""What this Terminal sold: the receipt, the history by period, the cancel (TE-2, TE-5)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes
from app.customers.models import Customer
from app.db import business_id
from app.errors import Problem
from app.extensions import db
from app.identity import till, workplace
from app.lib import formats
from app.paging import ARGS as PAGE_ARGS
from app.paging import Page, PageKey
from app.period import ARGS as PERIOD_ARGS
from app.period import Period, today
from app.permissions import Permission, requires
from app.terminal.pages import masked, visitors
from app.terminal.views.blueprint import blueprint
from app.transactions.models import Status, Transaction
from app.transactions.services import AlreadyCancelledError, MissingError, cancel_sale, in_money, missing_words
from app.transactions.services.extras import facts_of
from app.transactions.services.open_sales import lines_of, sale_made_at, sales_made_at, sums_made_at
from app.web import go, render


@blueprint.get("/sales")
@requires(Permission.SELL)
@takes(*PERIOD_ARGS, *PAGE_ARGS)
def history() -> Response:
    """The sales of a period, which is today unless days are chosen."""
    key, asked = PageKey.from_args(request.args), Period.from_args(request.args)
    period = asked if asked.args() else Period(today(), today())
    listed: Page[Row[Any]] = Page([]) if period.fault else sales_made_at(till().id, period, key)
    places = {"previous": listed.previous, "next": listed.next}
    links = {way: address("terminal.history", asked.args(), place) for way, place in places.items() if place}
    sums = (0, 0) if period.fault else sums_made_at(till().id, period)
    context: dict[str, Any] = {"lines": listed.lines, "period": period, "links": links, "sums": sums}
    return render("terminal/history.html", None, **context, cancelled=Status.CANCELLED)


@blueprint.get("/sales/<int:transaction_id>")
@requires(Permission.SELL)
def receipt(transaction_id: int) -> Response:
    sale = sale_made_at(till().id, transaction_id)
    return render("terminal/receipt.html", None, line=visitors(), **_of(sale))


@blueprint.get("/sales/<int:transaction_id>/cancellation")
@requires(Permission.SELL)
def ask_to_cancel(transaction_id: int) -> BaseResponse:
    sale = sale_made_at(till().id, transaction_id)
    if sale.status is Status.CANCELLED:
        return go(_receipt(sale))
    return render("terminal/cancellation.html", None, **_of(sale))


@blueprint.post("/sales/<int:transaction_id>/cancellation")
@requires(Permission.SELL)
def cancel(transaction_id: int) -> BaseResponse:
    """Everything as it was before, in one step; refused with exactly what is missing (TE-5)."""
    sale = sale_made_at(till().id, transaction_id)
    try:
        cancel_sale(sale)
    except AlreadyCancelledError:
        flash(_("This sale was cancelled before."), "message")
    except MissingError as short:
        advice = _("An administrator can make up for it and cancel the sale in the log.")
        raise Problem(409, " ".join(missing_words(short.missing, short.used)), advice) from None
    else:
        flash(_("The sale is cancelled: all is as it was before it."), "success")
    return go(_receipt(sale))


def _of(sale: Transaction) -> dict[str, Any]:
    customer = db.session.get_one(Customer, (business_id(), sale.customer_id))
    name = f"{customer.first_name} {customer.last_name}".strip() or _("No name")
    due = sale.amount - in_money(sale.points_paid, formats.precision(workplace().currency)) - sale.account_paid
    who = {"due": due, "name": name, "phone": masked(customer.phone), "extras": facts_of(sale.extras, public=True)}
    return {"sale": sale, "lines": lines_of(sale), "cancelled": sale.status is Status.CANCELLED, **who}


def _receipt(sale: Transaction) -> str:
    return url_for("terminal.receipt", transaction_id=sale.id)
