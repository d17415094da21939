"""The customers table, its count and its sums, the search, the drawer beside it (CT-1 to CT-6, CT-12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes, whole_number
from app.customers.drawer import summary
from app.customers.filters import CustomerFilter, Search
from app.customers.forms.table import LONGEST_SEARCH, SearchForm
from app.customers.models import Customer
from app.customers.queries import customer_count, customer_named, sums_by_source
from app.customers.scopes import scope_choices, without_stray_terminal
from app.customers.search import Criterion
from app.customers.table import CustomersTable
from app.customers.views.blueprint import blueprint
from app.db import patience, rollback
from app.errors import Problem
from app.permissions import Permission, requires
from app.web import go, render

Answer = TypeVar("Answer")

RESULTS = "customers-results"
"""The part of the page that a search, a sorting head or the pager swaps."""
PATIENCE = 2000
"""Milliseconds after which a count or a sum is given up, and says so."""


@blueprint.get("")
@requires(Permission.READ_CUSTOMERS)
@takes(*CustomersTable.ARGUMENTS)
def index() -> BaseResponse:
    if settled := without_stray_terminal(request.args):
        flash(_("The Terminal belongs to another point of sale, so it was left out."), "message")
        return go(address("customers.index", settled))
    return _show(CustomersTable(request.args))


@blueprint.post("/searches")
@requires(Permission.READ_CUSTOMERS)
def search() -> BaseResponse:
    form = SearchForm()
    if "clear" in request.form:
        form.text.data = ""
    asked = Search(_criterion(), form.text.data)
    chosen = CustomerFilter.from_args(_sent("program", "point_of_sale", "terminal"))
    if not form.validate():
        table = CustomersTable(chosen.args() | _sent("sort", "open"), chosen)
        return _show(table, Refused(asked, form.text.errors))
    chosen = chosen.searching(asked)
    table = CustomersTable(chosen.args() | _sent("sort", "open"), chosen)
    if not request.htmx:  # type: ignore[attr-defined]
        return go(table.here)
    response = _show(table)
    response.headers["HX-Push-Url"] = table.here_opened
    return response


@blueprint.get("/count")
@requires(Permission.READ_CUSTOMERS)
@takes(*CustomerFilter.ARGUMENTS)
def count() -> BaseResponse:
    chosen = CustomerFilter.from_args(request.args)
    return render("customers/_count.html", count=_patiently(lambda: customer_count(chosen)))


@blueprint.get("/sums")
@requires(Permission.READ_CUSTOMERS)
@takes(*CustomerFilter.ARGUMENTS)
def sums() -> BaseResponse:
    table = CustomersTable(request.args)
    found = [_patiently(ask) for ask in sums_by_source(table.filter, table.shown)]
    known = [each for each in found if each is not None]
    summed = {key: value for each in known for key, value in each.items()}
    shown = summed if known or not found else None
    return render("customers/_sums.html", columns=table.columns, sums=shown, may_edit=table.may_edit)


@blueprint.get("/summary")
@requires(Permission.READ_CUSTOMERS)
@takes("id", *CustomersTable.ARGUMENTS)
def drawer() -> BaseResponse:
    customer = customer_named(whole_number(request.args.get("id", ""), "id"))
    table = CustomersTable({name: value for name, value in request.args.items() if name != "id"})
    return render("customers/_drawer.html", summary=summary(customer, table.here))


@dataclass(frozen=True)
class Refused:
    """A search that was not run: what was typed, and what is wrong with it."""

    search: Search
    errors: Sequence[str]


def _show(table: CustomersTable, refused: Refused | None = None) -> Response:
    """The page; its rows alone where HTMX swaps no more: for a search, another order, another page.

    Of a refused search (422) what was typed stays, and no rows are shown that were not asked for.
    """
    opened = customer_named(table.opened) if table.opened else None
    if request.htmx and request.htmx.target == RESULTS:  # type: ignore[attr-defined]
        response = render("customers/_table.html", table=table, refused=refused)
    else:
        response = _page(table, refused, opened)
    response.status_code = 422 if refused else 200
    return response


def _page(table: CustomersTable, refused: Refused | None, opened: Customer | None) -> Response:
    return render(
        "customers/index.html",
        "customers/_view.html",
        table=table,
        scopes=scope_choices(table.filter),
        search=_search_box(refused.search if refused else table.filter.search),
        refused=refused,
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


def _search_box(shown: Search | None) -> dict[str, object]:
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
        "criterion": shown.criterion if shown else Criterion.ALL,
        "text": shown.text if shown else "",
        "longest": LONGEST_SEARCH,
    }


def _criterion() -> Criterion:
    criterion = request.form.get("criterion") or Criterion.ALL
    if criterion not in set(Criterion):
        raise Problem(400, _("There is nothing to search by “%(name)s”.", name=criterion[:40]))
    return Criterion(criterion)


def _sent(*names: str) -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name in names}
