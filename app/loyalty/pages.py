"""What the pages of a program share: its tabs, and forms that are taken or shown again (LP-1 to LP-4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Field

from app.forms import KeptForm
from app.identity import person
from app.loyalty.models import Program
from app.loyalty.services.names import NameTakenError
from app.permissions import Permission
from app.web import render

TABS = {
    "program": _l("General"),
    "rules": _l("Rules"),
    "categories": _l("Customer categories"),
    "accounts": _l("Accounts"),
    "advanced": _l("Advanced settings"),
}


def show(page: str, program: Program, tab: str, status: int = 200, **context: Any) -> BaseResponse:
    """A page of a program under the tab that it belongs to."""
    tabs = [
        {"label": label, "href": url_for(f"loyalty.{name}", program_id=program.id), "current": name == tab}
        for name, label in TABS.items()
    ]
    response = render(page, program=program, tabs=tabs, may_edit=may_edit(), **context)
    response.status_code = status
    return response


def may_edit() -> bool:
    return person().may(Permission.EDIT_LOYALTY)


def taken(form: KeptForm, name: Field, keep: Callable[[], object]) -> bool:
    """Whether the form was in order and was kept; else what is wrong stands beside its fields."""
    if not form.validate():
        return False
    try:
        keep()
    except NameTakenError:
        name.errors = [_("Another one has this name already.")]
        return False
    return True


def moved(ids: list[int], move: str) -> list[int]:
    """The ids with one of them a step up or down, as a browser without scripts asks."""
    way, _colon, number = move.partition(":")
    if way not in ("up", "down") or number not in map(str, ids):
        return ids
    here = ids.index(int(number))
    moved = list(ids)
    moved.insert(max(0, here - 1) if way == "up" else here + 1, moved.pop(here))
    return moved
