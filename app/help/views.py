"""Help: short guides, one for each screen."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from app.customers.services.openings import MOST
from app.permissions import Permission, requires
from app.web import render

blueprint = Blueprint("help", __name__, url_prefix="/help")


@blueprint.get("")
@requires(Permission.MEMBER)
def index() -> BaseResponse:
    return render("help/index.html", most_opened=MOST)
