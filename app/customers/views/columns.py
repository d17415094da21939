"""Choosing the table's columns and their order (CT-5)."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.services import keep_preferences, keep_table_settings, reset_table_settings
from app.address import takes
from app.customers.columns import all_columns, column_named
from app.customers.forms.table import ColumnsForm
from app.customers.registry import Column, registry
from app.customers.table import NAME, shown_columns
from app.customers.views.blueprint import blueprint
from app.errors import Problem
from app.identity import person
from app.permissions import Permission, requires
from app.web import go, own_address, render

ALWAYS_SHOWN = "name"


@blueprint.get("/columns")
@requires(Permission.READ_CUSTOMERS)
@takes("back")
def choose_columns() -> BaseResponse:
    known = all_columns(registry.columns)
    shown = shown_columns(known)
    listed = [*shown, *[column for column in known.values() if column not in shown]]
    keys = {column.key for column in shown}
    return _show(listed, keys, person().density, request.args.get("back", ""))


@blueprint.post("/columns")
@requires(Permission.READ_CUSTOMERS)
def keep_columns() -> BaseResponse:
    form, back = ColumnsForm(), request.form.get("back", "")
    known = all_columns(registry.columns)
    listed = [column_named(known, key) for key in dict.fromkeys([*form.order.data, *form.shown.data])]
    shown = {*form.shown.data, ALWAYS_SHOWN}
    density = _density()
    if not form.validate():
        return _show(listed, shown, density, back, 422)
    if "reset" in request.form:
        reset_table_settings(NAME)
    elif "move" in request.form:
        return _show(_moved(listed, request.form["move"]), shown, density, back)
    else:
        keep_table_settings(NAME, [column.key for column in listed if column.key in shown] or [ALWAYS_SHOWN])
        keep_preferences(density=density)
    flash(_("The columns are kept for you."), "success")
    return go(own_address(back, url_for("customers.index")))


def _show(listed: list[Column], shown: set[str], density: str, back: str, status: int = 200) -> BaseResponse:
    items = [
        {
            "key": column.key,
            "label": column.label,
            "shown": column.key in shown or column.key == ALWAYS_SHOWN,
            "fixed": column.key == ALWAYS_SHOWN,
        }
        for column in listed
    ]
    form = {
        "action": url_for("customers.keep_columns"),
        "items": items,
        "density": density,
        "back": own_address(back, url_for("customers.index")),
    }
    response = render("customers/columns.html", "customers/_columns.html", columns_form=form)
    response.status_code = status
    return response


def _moved(listed: list[Column], move: str) -> list[Column]:
    """The columns with one of them a step up or down. Raises Problem for a move that cannot be read."""
    way, _colon, key = move.partition(":")
    keys = [column.key for column in listed]
    if way not in ("up", "down") or key not in keys:
        raise Problem(400, _("There is no such move."))
    here = keys.index(key)
    there = max(0, here - 1) if way == "up" else min(len(listed) - 1, here + 1)
    moved = list(listed)
    moved.insert(there, moved.pop(here))
    return moved


def _density() -> str:
    density = request.form.get("density", "normal")
    if density not in ("normal", "compact"):
        raise Problem(400, _("There is no such density."))
    return density
