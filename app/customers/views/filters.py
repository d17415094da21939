"""The panel of advanced filters: what its buttons do, and how many match (CT-7, CT-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.customers.builder import path_key
from app.customers.conditions.nodes import Group, Path
from app.customers.filter_panel import FilterPanel
from app.customers.filters import CustomerFilter
from app.customers.forms.filters import changed_group, posted_group
from app.customers.matches import matches_alone
from app.customers.queries import customer_count
from app.customers.table import CustomersTable, drafted
from app.customers.views.blueprint import blueprint
from app.customers.views.showing import patiently, sent, show
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.post("/filters")
@requires(Permission.READ_CUSTOMERS)
def change_filter() -> BaseResponse:
    """What a button of the panel does; a control that changed only draws the panel anew."""
    deed = request.form.get("do", "")
    table = CustomersTable(sent(*CustomerFilter.ARGUMENTS, "sort", "open"))
    if deed == "clear":
        return _applied(table, Group())
    group = posted_group(request.form)
    if deed == "apply":
        wrong = table.filter.problems_of(group)
        return _refused(table, group, wrong) if wrong else _applied(table, group)
    return _building(table, *changed_group(group, deed), removed=deed.startswith("remove"))


@blueprint.get("/filters/matches")
@requires(Permission.READ_CUSTOMERS)
@takes(*CustomerFilter.ARGUMENTS, "draft")
def filter_matches() -> BaseResponse:
    """How many match; comes after the panel, and says so where counting takes too long."""
    applied = CustomerFilter.from_args(request.args)
    group = drafted(applied, request.args.get("draft")) or Group()
    return render("customers/_matches.html", found=_matches(applied, group), group=group, path_key=path_key)


@dataclass(frozen=True)
class Matches:
    """None where counting was given up; `total` is none also for a filter that cannot be read yet."""

    readable: bool
    total: int | None
    everyone: int | None
    shown: int | None
    alone: dict[Path, int] | None


def _matches(applied: CustomerFilter, group: Group) -> Matches:
    draft = replace(applied, conditions=group if group.members else None)
    readable = not draft.problems
    return Matches(
        readable,
        patiently(lambda: customer_count(draft)) if readable else None,
        patiently(lambda: customer_count(replace(applied, conditions=None, search=None))),
        patiently(lambda: customer_count(applied)),
        patiently(lambda: matches_alone(applied, group)),
    )


def _building(table: CustomersTable, group: Group, fresh: Path | None, *, removed: bool) -> BaseResponse:
    drafting = table.drafting(group)
    if not request.htmx:  # type: ignore[attr-defined]
        return go(drafting.here)
    focus = path_key(fresh) if fresh is not None else FilterPanel.ADD if removed else None
    response = render("customers/_filters.html", panel=FilterPanel(drafting, focus=focus))
    response.headers["HX-Replace-Url"] = drafting.here_opened
    return response


def _refused(table: CustomersTable, group: Group, wrong: dict[Path, str]) -> Response:
    """The panel as it was sent, with what is missing in it; the rows stay those of the filter applied before."""
    panel = FilterPanel(table.drafting(group), insisting=True, focus=path_key(next(iter(wrong))))
    if not request.htmx:  # type: ignore[attr-defined]
        return show(panel.table, panel=panel)
    response = render("customers/_filters.html", panel=panel)
    response.status_code = 422
    return response


def _applied(table: CustomersTable, group: Group) -> BaseResponse:
    chosen = table.filter.asking(group)
    applied = CustomersTable(chosen.args() | table.sort_args() | table.open_args(), chosen)
    if not request.htmx:  # type: ignore[attr-defined]
        return go(applied.here)
    response = show(applied)
    response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#customers-view"
    response.headers["HX-Push-Url"] = applied.here_opened
    return response
