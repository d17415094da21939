"""How the customers page answers: whole, or the part of it that HTMX swaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request, url_for
from flask_babel import gettext as _

from app.customers.drawer import summary
from app.customers.filter_panel import FilterPanel
from app.customers.forms.table import LONGEST_SEARCH
from app.customers.models import Customer
from app.customers.queries import customer_named
from app.customers.saved_filters import Search
from app.customers.scopes import scope_choices
from app.customers.search import Criterion
from app.customers.segment_tabs import SegmentTabs
from app.customers.table import CustomersTable
from app.customers.why import why
from app.web import render

RESULTS = "customers-results"
"""The part of the page that a search, a sorting head or the pager swaps."""
FILTERS = "customers-filters"
"""The panel of advanced filters."""


@dataclass(frozen=True)
class Refused:
    """A search that was not run: what was typed, and what is wrong with it."""

    search: Search
    errors: Sequence[str]


def show(table: CustomersTable, refused: Refused | None = None, panel: FilterPanel | None = None) -> Response:
    """The page; its rows alone where HTMX swaps no more: for a search, another order, another page.

    Of a refused search (422) what was typed stays, and no rows are shown that were not asked for.
    """
    target = request.htmx and request.htmx.target  # type: ignore[attr-defined]
    if target == RESULTS:
        response = render("customers/_table.html", table=table, refused=refused, panel=panel or FilterPanel(table))
    else:
        response = _page(table, refused, panel or FilterPanel(table))
    response.status_code = 422 if refused or (panel and panel.insisting) else 200
    return response


def _page(table: CustomersTable, refused: Refused | None, panel: FilterPanel) -> Response:
    opened = customer_named(table.opened) if table.opened else None
    return render(
        "customers/index.html",
        "customers/_view.html",
        table=table,
        panel=panel,
        tabs=SegmentTabs(table.filter, table.sort_args()),
        scopes=scope_choices(table.filter),
        search=_search_box(refused.search if refused else table.filter.search),
        refused=refused,
        columns_href=url_for("customers.choose_columns", back=table.here),
        help_href=url_for("help.index", _anchor="customers"),
        add_href=url_for("customers.add", back=table.here) if table.may_edit else None,
        summary=drawer_of(opened, table) if opened else None,
    )


def drawer_of(customer: Customer, table: CustomersTable) -> dict[str, object]:
    """What the drawer shows of a customer beside this table."""
    return {**summary(customer, table.here), "why": why(table.filter, customer.id)}


def sent(*names: str) -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name in names}


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
