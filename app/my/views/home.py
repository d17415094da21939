"""Finding the business, and the first page: the code to show at the counter, points and money (MY-1)."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.businesses.queries import business_at, businesses_called, own_business
from app.customers.services.identifying import number_to_show
from app.db import open_scope, rollback
from app.lib.texts import has_control_characters, one_line
from app.my.holdings import Holdings
from app.my.qr import qr_code
from app.my.services import customer_signed_in
from app.my.views.blueprint import blueprint
from app.my.views.pushes import of_app
from app.my.visitor import Visitor, businesses_held, held_token, show, signed_in
from app.permissions import Permission, requires
from app.scope import Scope
from app.web import go

MOST_HELD = 20
LONGEST_NAME = 200


@blueprint.get("/my")
@requires(Permission.PUBLIC)
@takes("name")
def find() -> BaseResponse:
    """By its whole name alone, so that nobody lists who is here; and those where this browser is signed in. An address
    of a business's own leads to that one's page (WL-1).
    """
    if slug := business_at(request.host_url.rstrip("/")):
        return go(f"/my/{slug}")
    name = one_line(request.args.get("name", ""))[:LONGEST_NAME]
    asked = name and not has_control_characters(name)
    found = [(each.name, f"/my/{each.slug}") for each in businesses_called(name)] if asked else []
    if len(found) == 1:
        return go(found[0][1])
    fault = (
        _("There is no shop of this name here. Write it as it stands in its messages.") if name and not found else ""
    )
    known = [] if name else _known()
    page = render_template("my/find.html", name=name, found=found, known=known, fault=fault, business="")
    return make_response(page)


@blueprint.get("/my/<slug>")
@requires(Permission.PUBLIC)
@signed_in
def home(visitor: Visitor) -> BaseResponse:
    held = Holdings(visitor.id)
    return show("my/home.html", visitor, held=held, code=shown_code(visitor), **of_app(visitor))


@blueprint.get("/my/<slug>/shown-code")
@requires(Permission.PUBLIC)
@signed_in
def code_to_show(visitor: Visitor) -> BaseResponse:
    """The code anew, as one holds for minutes."""
    return show("my/_shown_code.html", visitor, code=shown_code(visitor))


def shown_code(visitor: Visitor) -> Markup:
    return qr_code(number_to_show(visitor.id))


def _known() -> list[tuple[str, str]]:
    """The businesses where this browser is signed in."""
    found = []
    for number in businesses_held()[:MOST_HELD]:
        rollback()
        open_scope(Scope(number))
        if customer_signed_in(held_token()):
            business = own_business()
            found.append((business.name, f"/my/{business.slug}"))
    return found
