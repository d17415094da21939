"""The business's places: points of sale, Terminals, franchisees; and its settings (PR-2)."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from app.businesses import queries
from app.permissions import Permission, requires
from app.web import render

blueprint = Blueprint("businesses", __name__)


@blueprint.get("/points-of-sale")
@requires(Permission.READ_PLACES)
def points_of_sale() -> BaseResponse:
    return render("businesses/points_of_sale.html", points_of_sale=queries.points_of_sale())


@blueprint.get("/terminals")
@requires(Permission.READ_PLACES)
def terminals() -> BaseResponse:
    return render("businesses/terminals.html", terminals=queries.terminals())


@blueprint.get("/franchisees")
@requires(Permission.READ_PLACES)
def franchisees() -> BaseResponse:
    return render("businesses/franchisees.html", franchisees=queries.franchisees())


@blueprint.get("/settings")
@requires(Permission.EDIT_BUSINESS)
def settings() -> BaseResponse:
    return render("businesses/settings.html")
