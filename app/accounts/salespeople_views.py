"""Who sells at a Terminal: assigned and removed by an administrator (TE-0)."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.queries import assigned_to, salespeople
from app.accounts.services import assign_to_terminal, remove_from_terminal
from app.businesses.models import Terminal
from app.businesses.queries import place_named
from app.permissions import Permission, requires
from app.web import go, render

blueprint = Blueprint("salespeople", __name__, url_prefix="/terminals/<int:terminal_id>/salespeople")


@blueprint.get("")
@requires(Permission.EDIT_PLACES)
def index(terminal_id: int) -> Response:
    terminal, here = place_named(Terminal, terminal_id), assigned_to(terminal_id)
    known = salespeople()
    return render(
        "accounts/salespeople.html",
        terminal=terminal,
        here=[each for each in known if each.id in here],
        others=[each for each in known if each.id not in here],
    )


@blueprint.post("")
@requires(Permission.EDIT_PLACES)
def assign(terminal_id: int) -> BaseResponse:
    assign_to_terminal(place_named(Terminal, terminal_id).id, _chosen())
    flash(_("Assigned."), "success")
    return go(url_for("salespeople.index", terminal_id=terminal_id))


@blueprint.post("/removal")
@requires(Permission.EDIT_PLACES)
def remove(terminal_id: int) -> BaseResponse:
    remove_from_terminal(place_named(Terminal, terminal_id).id, _chosen())
    flash(_("Removed. The Terminal is closed to this person at once."), "success")
    return go(url_for("salespeople.index", terminal_id=terminal_id))


def _chosen() -> int:
    """A salesperson of the business. Raises NotFound."""
    number = request.form.get("user", type=int)
    if number not in {each.id for each in salespeople()}:
        raise NotFound
    return int(number or 0)
