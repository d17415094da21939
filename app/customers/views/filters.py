"""The panel of advanced filters: what its buttons do, and how many match (CT-7, CT-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes
from app.customers.asking import fields, setting
from app.customers.builder import path_key
from app.customers.conditions.meaning import problems
from app.customers.conditions.nodes import Group, Path
from app.customers.filter_panel import FilterPanel
from app.customers.filters import CustomerFilter
from app.customers.forms.filters import changed_group, posted_group
from app.customers.matches import matches_alone
from app.customers.queries import customer_count
from app.customers.saved_filters import Kept, keep
from app.customers.segment_tabs import SegmentTabs
from app.customers.table import CustomersTable, drafted
from app.customers.views.blueprint import blueprint
from app.customers.views.showing import sent, show
from app.errors import BadAddress
from app.patience import Patience
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
    if deed in DEEDS:
        wrong = problems(group, fields(), setting())
        return _refused(table, group, wrong) if wrong else DEEDS[deed](table, group)
    return _building(table, *changed_group(group, deed), removed=deed.startswith("remove"))


@blueprint.get("/filters/matches")
@requires(Permission.READ_CUSTOMERS)
@takes(*CustomerFilter.ARGUMENTS, "draft")
def filter_matches() -> BaseResponse:
    """How many match; comes after the panel, and says so where counting takes too long."""
    applied = CustomerFilter.from_args(request.args)
    group = drafted(applied, request.args.get("draft")) or Group()
    return render("customers/_matches.html", found=_matches(applied, group), group=group, path_key=path_key)


@blueprint.get("/segment-counts")
@requires(Permission.READ_CUSTOMERS)
@takes("program", "point_of_sale", "terminal", "segment")
def tab_counts() -> BaseResponse:
    """How many customers each tab has; they come after the rows."""
    tabs, time = SegmentTabs(CustomerFilter.from_args(request.args)), Patience()
    return render(
        "customers/_tab_counts.html", counts={key: time.spend(count) for key, count in tabs.counting().items()}
    )


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
    everyone = replace(applied, conditions=None, segment=None, search=None)
    readable, time = not draft.problems, Patience()
    return Matches(
        readable,
        time.spend(lambda: customer_count(draft)) if readable else None,
        time.spend(lambda: customer_count(everyone)),
        time.spend(lambda: customer_count(applied)),
        time.spend(lambda: matches_alone(applied, group)),
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


def _saved(table: CustomersTable, group: Group) -> BaseResponse:
    """To the form that gives the conditions a name."""
    return go(address("segments.add_segment", {"f": keep(Kept(conditions=group), draft=True)}))


def _updated(table: CustomersTable, group: Group) -> BaseResponse:
    """To the form of the segment that is open, with its conditions changed."""
    if table.filter.segment is None:
        raise BadAddress(_("No segment is open that could be changed."))
    kept = {"f": keep(Kept(conditions=group), draft=True)}
    return go(address("segments.edit_segment", kept, segment_id=table.filter.segment.id))


def _applied(table: CustomersTable, group: Group) -> BaseResponse:
    chosen = table.filter.asking(group)
    applied = CustomersTable(chosen.args() | table.sort_args() | table.open_args(), chosen)
    if not request.htmx:  # type: ignore[attr-defined]
        return go(applied.here)
    response = show(applied)
    response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#customers-view"
    response.headers["HX-Push-Url"] = applied.here_opened
    return response


DEEDS = {"apply": _applied, "save": _saved, "update": _updated}
"""What is done with a filter only when all of it can be read."""
