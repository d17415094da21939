"""Under which names SMS go out, program by program (LP-3, BA-3)."""

from __future__ import annotations

from flask import Response

from app.businesses.models import Feature
from app.businesses.queries import features
from app.loyalty.queries import every_program
from app.loyalty.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import render


@blueprint.get("/settings/sender-names")
@requires(Permission.EDIT_BUSINESS)
def sender_names() -> Response:
    return render("loyalty/sender_names.html", programs=every_program(), own_names=Feature.ALPHA_NAME in features())
