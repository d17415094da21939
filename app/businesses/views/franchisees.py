"""Franchisees: the list, adding, renaming, archiving (PR-2)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.businesses import pages, queries, services
from app.businesses.forms import FranchiseeForm
from app.businesses.models import Franchisee
from app.businesses.views.blueprint import blueprint
from app.db import business_id
from app.permissions import Permission, requires

ROOM = pages.Room(_l("Franchisees"), _l("New franchisee"), "franchisees", "franchisee")


@blueprint.get("/franchisees")
@requires(Permission.READ_PLACES)
@takes("archived")
def franchisees() -> Response:
    names: dict[int | None, list[str]] = {}
    for place in queries.points_of_sale():
        if place.archived_at is None:
            names.setdefault(place.franchisee_id, []).append(place.name)
    return pages.show_list("businesses/franchisees.html", queries.franchisees(), point_of_sale_names_of=names)


@blueprint.get("/franchisees/new")
@requires(Permission.EDIT_PLACES)
def add_franchisee() -> Response:
    return pages.show_new(ROOM, FranchiseeForm())


@blueprint.post("/franchisees")
@requires(Permission.EDIT_PLACES)
def create_franchisee() -> BaseResponse:
    queries.lock_places()
    form = FranchiseeForm()
    return pages.create(ROOM, form, lambda: services.add_place(Franchisee(business_id=business_id(), **form.values())))


@blueprint.get("/franchisees/<int:franchisee_id>")
@requires(Permission.EDIT_PLACES)
def edit_franchisee(franchisee_id: int) -> Response:
    place = queries.place_named(Franchisee, franchisee_id)
    form = FranchiseeForm(obj=place)
    form.show(place)
    return pages.show_kept(ROOM, form, place)


@blueprint.post("/franchisees/<int:franchisee_id>")
@requires(Permission.EDIT_PLACES)
def change_franchisee(franchisee_id: int) -> BaseResponse:
    place = queries.place_to_change(Franchisee, franchisee_id)
    return pages.change(ROOM, FranchiseeForm(obj=place), place)


@blueprint.get("/franchisees/<int:franchisee_id>/archiving")
@requires(Permission.EDIT_PLACES)
def ask_to_archive_franchisee(franchisee_id: int) -> Response:
    place = queries.place_named(Franchisee, franchisee_id)
    return pages.ask(ROOM, place, _question(place))


@blueprint.post("/franchisees/<int:franchisee_id>/archiving")
@requires(Permission.EDIT_PLACES)
def archive_franchisee(franchisee_id: int) -> BaseResponse:
    place = queries.place_to_change(Franchisee, franchisee_id)
    return pages.archive(ROOM, place, _question(place))


@blueprint.post("/franchisees/<int:franchisee_id>/restoration")
@requires(Permission.EDIT_PLACES)
def restore_franchisee(franchisee_id: int) -> BaseResponse:
    return pages.restore(ROOM, queries.place_to_change(Franchisee, franchisee_id))


def _question(place: Franchisee) -> pages.Question:
    run = ", ".join(each.name for each in queries.open_places_of(place))
    if run:
        text = _("It runs %(names)s. First give these to another franchisee, or archive them.", names=run)
        return pages.Question(text, None)
    return pages.Question(_("No point of sale can be given to it any more. Its past stays as it is."), _("Archive"))
