"""The tablets of customers beside a Terminal: let in, seen, turned out (KI-1)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.businesses import queries
from app.businesses.models import Terminal
from app.businesses.services import has_kiosks, kiosks_of, let_kiosk_in, turn_kiosk_out
from app.businesses.views.blueprint import blueprint
from app.links import own_address
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/terminals/<int:terminal_id>/kiosks")
@requires(Permission.EDIT_PLACES)
def kiosks(terminal_id: int) -> Response:
    return _show(terminal_id)


@blueprint.post("/terminals/<int:terminal_id>/kiosks")
@requires(Permission.EDIT_PLACES)
def add_kiosk(terminal_id: int) -> Response:
    """Shows a code once; asked for again, it is another one."""
    terminal = queries.place_named(Terminal, terminal_id)
    if terminal.archived_at is not None or not has_kiosks():
        raise NotFound
    return _show(terminal_id, let_kiosk_in(terminal_id))


@blueprint.post("/terminals/<int:terminal_id>/kiosks/removal")
@requires(Permission.EDIT_PLACES)
def remove_kiosk(terminal_id: int) -> BaseResponse:
    terminal, chosen = queries.place_named(Terminal, terminal_id), request.form.get("kiosk", type=int)
    if chosen is None or not turn_kiosk_out(terminal.id, chosen):
        raise NotFound
    flash(_("The Kiosk is removed and shows nothing any more."), "success")
    return go(url_for("businesses.kiosks", terminal_id=terminal_id))


def _show(terminal_id: int, code: str | None = None) -> Response:
    terminal = queries.place_named(Terminal, terminal_id)
    known: dict[str, Any] = {
        "kiosks": kiosks_of(terminal_id),
        "enabled": has_kiosks(),
        "address": own_address("/kiosk"),
    }
    return render("businesses/kiosks.html", terminal=terminal, code=code, **known)
