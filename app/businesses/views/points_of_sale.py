"""Points of sale: the list, adding, editing, archiving (PR-2)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.businesses import pages, queries, services
from app.businesses.forms import PointOfSaleForm
from app.businesses.models import PointOfSale
from app.businesses.views.blueprint import blueprint
from app.db import business_id
from app.permissions import Permission, requires

ROOM = pages.Room(_l("Points of sale"), _l("New point of sale"), "points_of_sale", "point_of_sale")


@blueprint.get("/points-of-sale")
@requires(Permission.READ_PLACES)
@takes("archived")
def points_of_sale() -> Response:
    return pages.show_list(
        "businesses/points_of_sale.html",
        queries.points_of_sale(),
        franchisee_names={each.id: each.name for each in queries.franchisees()},
        terminal_counts=queries.terminal_counts(),
    )


@blueprint.get("/points-of-sale/new")
@requires(Permission.EDIT_PLACES)
def add_point_of_sale() -> Response:
    return pages.show_new(ROOM, _form())


@blueprint.post("/points-of-sale")
@requires(Permission.EDIT_PLACES)
def create_point_of_sale() -> BaseResponse:
    queries.lock_places()
    form = _form()
    return pages.create(ROOM, form, lambda: services.add_place(PointOfSale(business_id=business_id(), **form.values())))


@blueprint.get("/points-of-sale/<int:point_of_sale_id>")
@requires(Permission.EDIT_PLACES)
def edit_point_of_sale(point_of_sale_id: int) -> Response:
    place = queries.place_named(PointOfSale, point_of_sale_id)
    form = _form(place)
    form.show(place)
    return pages.show_kept(ROOM, form, place)


@blueprint.post("/points-of-sale/<int:point_of_sale_id>")
@requires(Permission.EDIT_PLACES)
def change_point_of_sale(point_of_sale_id: int) -> BaseResponse:
    place = queries.place_to_change(PointOfSale, point_of_sale_id)
    return pages.change(ROOM, _form(place), place)


@blueprint.get("/points-of-sale/<int:point_of_sale_id>/archiving")
@requires(Permission.EDIT_PLACES)
def ask_to_archive_point_of_sale(point_of_sale_id: int) -> Response:
    place = queries.place_named(PointOfSale, point_of_sale_id)
    return pages.ask(ROOM, place, _question(place))


@blueprint.post("/points-of-sale/<int:point_of_sale_id>/archiving")
@requires(Permission.EDIT_PLACES)
def archive_point_of_sale(point_of_sale_id: int) -> BaseResponse:
    place = queries.place_to_change(PointOfSale, point_of_sale_id)
    return pages.archive(ROOM, place, _question(place))


@blueprint.post("/points-of-sale/<int:point_of_sale_id>/restoration")
@requires(Permission.EDIT_PLACES)
def restore_point_of_sale(point_of_sale_id: int) -> BaseResponse:
    return pages.restore(ROOM, queries.place_to_change(PointOfSale, point_of_sale_id))


def _form(place: PointOfSale | None = None) -> PointOfSaleForm:
    form = PointOfSaleForm(obj=place)
    form.offer(queries.franchisees(), place.franchisee_id if place else None)
    return form


def _question(place: PointOfSale) -> pages.Question:
    terminals = queries.open_terminals_of(place)
    text = _("It is no longer offered as a scope nor shown to customers. Its past sales stay counted.")
    if not terminals:
        return pages.Question(text, _("Archive"))
    along = ngettext(
        "Its Terminal %(names)s is archived with it: nobody can sell there any more.",
        "Its %(num)d Terminals %(names)s are archived with it: nobody can sell there any more.",
        len(terminals),
        names=", ".join(each.name for each in terminals),
    )
    button = ngettext("Archive it and its Terminal", "Archive it and its %(num)d Terminals", len(terminals))
    return pages.Question(f"{along} {text}", button, tuple(each.id for each in terminals))
