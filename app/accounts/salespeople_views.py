"""Who sells at a Terminal: assigned, removed and signed in anew by an administrator (TE-0)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.queries import assigned_to, salespeople
from app.accounts.services import assign_to_terminal, remove_from_terminal
from app.accounts.sign_in_codes import give_sign_in_code
from app.businesses.models import Terminal
from app.businesses.queries import place_named
from app.permissions import Permission, requires
from app.web import go, render

blueprint = Blueprint("salespeople", __name__, url_prefix="/terminals/<int:terminal_id>/salespeople")


@blueprint.get("")
@requires(Permission.EDIT_PLACES)
def index(terminal_id: int) -> Response:
    return _show(terminal_id)


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


@blueprint.post("/sign-in")
@requires(Permission.EDIT_PLACES)
def renew_sign_in(terminal_id: int) -> Response:
    """Shows a code once, for who lost password or tablet; asked for again, it is another one."""
    chosen = _chosen()
    if chosen not in assigned_to(terminal_id):
        raise NotFound
    return _show(terminal_id, {"user": chosen, "code": give_sign_in_code(chosen)})


def _show(terminal_id: int, given: dict[str, Any] | None = None) -> Response:
    terminal, here = place_named(Terminal, terminal_id), assigned_to(terminal_id)
    known = salespeople()
    return render(
        "accounts/salespeople.html",
        terminal=terminal,
        here=[each for each in known if each.id in here],
        others=[each for each in known if each.id not in here],
        given=given,
    )


def _chosen() -> int:
    """A salesperson of the business. Raises NotFound."""
    number = request.form.get("user", type=int)
    if number not in {each.id for each in salespeople()}:
        raise NotFound
    return int(number or 0)
