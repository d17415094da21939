"""The customers table, its count and its sums, the search, the drawer beside it (CT-1 to CT-6, CT-12)."""

from __future__ import annotations

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes, whole_number
from app.customers.filters import CustomerFilter
from app.customers.forms.table import SearchForm
from app.customers.queries import customer_count, customer_named, sums_by_source
from app.customers.saved_filters import Search
from app.customers.scopes import without_stray_terminal
from app.customers.search import Criterion
from app.customers.table import CustomersTable
from app.customers.views.blueprint import blueprint
from app.customers.views.showing import Refused, drawer_of, sent, show
from app.errors import Problem
from app.patience import patiently
from app.permissions import Permission, requires
from app.web import go, page_of, render


@blueprint.get("")
@requires(Permission.READ_CUSTOMERS)
@takes(*CustomersTable.ARGUMENTS)
def index() -> BaseResponse:
    if settled := without_stray_terminal(request.args):
        flash(_("The Terminal belongs to another point of sale, so it was left out."), "message")
        return go(address("customers.index", settled))
    return show(CustomersTable(request.args))


@blueprint.post("/searches")
@requires(Permission.READ_CUSTOMERS)
def search() -> BaseResponse:
    form = SearchForm()
    if "clear" in request.form:
        form.text.data = ""
    asked = Search(_criterion(), form.text.data)
    chosen = CustomerFilter.from_args(sent(*CustomerFilter.ARGUMENTS))
    if not form.validate():
        table = CustomersTable(chosen.args() | sent("sort", "open", "draft"), chosen)
        return show(table, Refused(asked, form.text.errors))
    chosen = chosen.searching(asked)
    table = CustomersTable(chosen.args() | sent("sort", "open", "draft"), chosen)
    if not request.htmx:  # type: ignore[attr-defined]
        return go(table.here)
    response = show(table)
    response.headers["HX-Push-Url"] = table.here_opened
    return response


@blueprint.get("/count")
@requires(Permission.READ_CUSTOMERS)
@takes(*CustomerFilter.ARGUMENTS)
def count() -> BaseResponse:
    chosen = CustomerFilter.from_args(request.args)
    return render("customers/_count.html", count=patiently(lambda: customer_count(chosen)))


@blueprint.get("/sums")
@requires(Permission.READ_CUSTOMERS)
@takes(*CustomerFilter.ARGUMENTS)
def sums() -> BaseResponse:
    table = CustomersTable(request.args)
    found = [patiently(ask) for ask in sums_by_source(table.filter, table.shown)]
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
    response = render("customers/_drawer.html", summary=drawer_of(customer, table))
    # With what is being built in the panel meanwhile.
    # Forward has gone to this address already: pushed once more, Back would stay where one is.
    opened = table.opened_at(customer.id)
    if page_of(request.headers.get("HX-Current-URL", "")) != opened:
        response.headers["HX-Push-Url"] = opened
    return response


def _criterion() -> Criterion:
    criterion = request.form.get("criterion") or Criterion.ALL
    if criterion not in set(Criterion):
        raise Problem(400, _("There is nothing to search by “%(name)s”.", name=criterion[:40]))
    return Criterion(criterion)
