"""Customers who looked themselves up at a Kiosk beside this Terminal, and the tablets themselves (KI-1)."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.businesses.services import has_kiosks, kiosks_of, let_kiosk_in, turn_kiosk_out
from app.identity import till
from app.links import own_address
from app.permissions import Permission, requires
from app.terminal.pages import Line, step, visitors
from app.terminal.views.blueprint import blueprint
from app.transactions.services.visits import take_over
from app.web import go, render


@blueprint.get("/visitors")
@requires(Permission.SELL)
@takes("shown")
def show_visitors() -> BaseResponse:
    """Who waits, for the screens that ask by themselves; nothing where it is who is `shown` already."""
    if not request.htmx:  # type: ignore[attr-defined]
        return go(url_for("terminal.index"))
    line = visitors() or Line([])
    if request.args.get("shown", "") == line.shown:
        return make_response("", 204)
    return make_response(render_template("terminal/_visitors.html", line=line))


@blueprint.post("/visitors/<uuid:visit_key>/sale")
@requires(Permission.SELL)
def serve(visit_key: uuid.UUID) -> BaseResponse:
    """Begins the sale to a visitor, once: pressed again, it leads to the same."""
    found = take_over(till().id, visit_key)
    if found is None:
        flash(_("This customer is not at the Kiosk any more."), "message")
        return go(url_for("terminal.index"))
    key, known = found
    return go(step("amount" if known else "new_customer", key))


@blueprint.get("/kiosks")
@requires(Permission.SELL)
def kiosks() -> Response:
    return _show_kiosks()


@blueprint.post("/kiosks")
@requires(Permission.SELL)
def add_kiosk() -> Response:
    """Shows a code once; asked for again, it is another one."""
    if not has_kiosks():
        raise NotFound
    return _show_kiosks(let_kiosk_in(till().id))


@blueprint.post("/kiosks/removal")
@requires(Permission.SELL)
def remove_kiosk() -> BaseResponse:
    chosen = request.form.get("kiosk", type=int)
    if chosen is None or not turn_kiosk_out(till().id, chosen):
        raise NotFound
    flash(_("The Kiosk is removed and shows nothing any more."), "success")
    return go(url_for("terminal.kiosks"))


def _show_kiosks(code: str | None = None) -> Response:
    known: dict[str, Any] = {
        "kiosks": kiosks_of(till().id),
        "enabled": has_kiosks(),
        "address": own_address("/kiosk"),
    }
    return render("terminal/kiosks.html", code=code, **known)
