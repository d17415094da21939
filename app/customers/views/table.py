"""The customers table, its count and its sums, the search, the drawer beside it (CT-1 to CT-6, CT-12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as BaseResponse

from app.address import whole_number
from app.customers.drawer import summary
from app.customers.filters import CustomerFilter, Search
from app.customers.queries import customer_count, customer_named, sums_by_source
from app.customers.scopes import scope_choices
from app.customers.search import Criterion
from app.customers.table import CustomersTable
from app.customers.views.blueprint import blueprint
from app.db import patience, rollback
from app.errors import Problem
from app.permissions import Permission, requires
from app.web import go, render

Answer = TypeVar("Answer")

PATIENCE = 2000
"""Milliseconds after which a count or a sum is given up, and says so."""


@blueprint.get("")
@requires(Permission.READ_CUSTOMERS)
def index() -> BaseResponse:
    return _show(CustomersTable(request.args))


@blueprint.post("/searches")
@requires(Permission.READ_CUSTOMERS)
def search() -> BaseResponse:
    carried = {name: value for name, value in request.form.items() if name in ("program", "point_of_sale", "terminal")}
    args = {name: value for name, value in request.form.items() if name in ("sort", "open")}
    chosen = CustomerFilter.from_args(carried).searching(_asked())
    table = CustomersTable(chosen.args() | args, chosen)
    if not request.htmx:  # type: ignore[attr-defined]
        return go(table.here)
    response = _show(table)
    response.headers["HX-Push-Url"] = table.here
    return response


@blueprint.get("/count")
@requires(Permission.READ_CUSTOMERS)
def count() -> BaseResponse:
    chosen = CustomerFilter.from_args(request.args)
    return render("customers/_count.html", count=_patiently(lambda: customer_count(chosen)))


@blueprint.get("/sums")
@requires(Permission.READ_CUSTOMERS)
def sums() -> BaseResponse:
    table = CustomersTable(request.args)
    found = [_patiently(ask) for ask in sums_by_source(table.filter, table.shown)]
    known = [each for each in found if each is not None]
    summed = {key: value for each in known for key, value in each.items()}
    shown = summed if known or not found else None
    return render("customers/_sums.html", columns=table.columns, sums=shown, may_edit=table.may_edit)


@blueprint.get("/summary")
@requires(Permission.READ_CUSTOMERS)
def drawer() -> BaseResponse:
    customer = customer_named(whole_number(request.args.get("id", ""), "id"))
    table = CustomersTable({name: value for name, value in request.args.items() if name != "id"})
    return render("customers/_drawer.html", summary=summary(customer, table.here))


def _show(table: CustomersTable) -> BaseResponse:
    opened = customer_named(table.opened) if table.opened else None
    return render(
        "customers/index.html",
        "customers/_view.html",
        table=table,
        scopes=scope_choices(table.filter),
        search=_search_box(table.filter),
        columns_href=url_for("customers.choose_columns", back=table.here),
        help_href=url_for("help.index", _anchor="customers"),
        add_href=url_for("customers.add", back=table.here) if table.may_edit else None,
        summary=summary(opened, table.here) if opened else None,
    )


def _patiently(ask: Callable[[], Answer]) -> Answer | None:
    """The answer, or None when it would take longer than people wait for a hint."""
    try:
        with patience(PATIENCE):
            return ask()
    except OperationalError:
        rollback()
        return None


def _search_box(chosen: CustomerFilter) -> dict[str, object]:
    words = {
        Criterion.ALL: _("All fields"),
        Criterion.FIRST_NAME: _("First name"),
        Criterion.LAST_NAME: _("Last name"),
        Criterion.PHONE: _("Phone"),
        Criterion.EMAIL: _("E-mail"),
        Criterion.CARD: _("Card"),
    }
    return {
        "action": url_for("customers.search"),
        "criteria": list(words.items()),
        "criterion": chosen.search.criterion if chosen.search else Criterion.ALL,
        "text": chosen.search.text if chosen.search else "",
    }


def _asked() -> Search | None:
    criterion = request.form.get("criterion") or Criterion.ALL
    if criterion not in set(Criterion):
        raise Problem(400, _("There is nothing to search by “%(name)s”.", name=criterion[:40]))
    cleared = "clear" in request.form
    return None if cleared else Search(Criterion(criterion), request.form.get("text", ""))
