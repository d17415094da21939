"""Terminals: the list, adding, renaming, archiving (PR-2)."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.businesses import pages, queries, services
from app.businesses.forms import NewTerminalForm, TerminalForm
from app.businesses.models import Terminal
from app.businesses.views.blueprint import blueprint
from app.db import business_id
from app.permissions import Permission, requires
from app.web import go

ROOM = pages.Room(_l("Terminals"), _l("New Terminal"), "terminals", "terminal")


@blueprint.get("/terminals")
@requires(Permission.READ_PLACES)
@takes("archived")
def terminals() -> Response:
    names = {each.id: each.name for each in queries.points_of_sale()}
    by_place = sorted(queries.terminals(), key=lambda each: (names.get(each.point_of_sale_id, ""), each.name, each.id))
    return pages.show_list("businesses/terminals.html", by_place, point_of_sale_names=names)


@blueprint.get("/terminals/new")
@requires(Permission.EDIT_PLACES)
def add_terminal() -> BaseResponse:
    form = _new_form()
    if not form.point_of_sale_id.choices:
        flash(_("Add a point of sale first: a Terminal belongs to one."), "message")
        return go(url_for("businesses.add_point_of_sale"))
    return pages.show_new(ROOM, form)


@blueprint.post("/terminals")
@requires(Permission.EDIT_PLACES)
def create_terminal() -> BaseResponse:
    queries.lock_places()
    form = _new_form()
    return pages.create(ROOM, form, lambda: services.add_place(Terminal(business_id=business_id(), **form.values())))


@blueprint.get("/terminals/<int:terminal_id>")
@requires(Permission.EDIT_PLACES)
def edit_terminal(terminal_id: int) -> Response:
    place = queries.place_named(Terminal, terminal_id)
    form = TerminalForm(obj=place)
    form.show(place)
    return pages.show_kept(ROOM, form, place)


@blueprint.post("/terminals/<int:terminal_id>")
@requires(Permission.EDIT_PLACES)
def change_terminal(terminal_id: int) -> BaseResponse:
    place = queries.place_to_change(Terminal, terminal_id)
    return pages.change(ROOM, TerminalForm(obj=place), place)


@blueprint.get("/terminals/<int:terminal_id>/archiving")
@requires(Permission.EDIT_PLACES)
def ask_to_archive_terminal(terminal_id: int) -> Response:
    return pages.ask(ROOM, queries.place_named(Terminal, terminal_id), _question())


@blueprint.post("/terminals/<int:terminal_id>/archiving")
@requires(Permission.EDIT_PLACES)
def archive_terminal(terminal_id: int) -> BaseResponse:
    return pages.archive(ROOM, queries.place_to_change(Terminal, terminal_id), _question())


@blueprint.post("/terminals/<int:terminal_id>/restoration")
@requires(Permission.EDIT_PLACES)
def restore_terminal(terminal_id: int) -> BaseResponse:
    return pages.restore(ROOM, queries.place_to_change(Terminal, terminal_id))


def _new_form() -> NewTerminalForm:
    form = NewTerminalForm()
    form.offer([each for each in queries.points_of_sale() if each.archived_at is None])
    return form


def _question() -> pages.Question:
    text = _("Nobody can sell at it any more, and it is no longer offered as a scope. Its past sales stay counted.")
    return pages.Question(text, _("Archive"))
