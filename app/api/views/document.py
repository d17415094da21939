"""The document that describes the API, for whoever builds on it: of no business, so without a key."""

from __future__ import annotations

from flask import Response, json

from app.api.blueprint import blueprint
from app.api.document import document
from app.permissions import Permission, requires


@blueprint.get("/openapi.json")
@requires(Permission.PUBLIC)
def openapi() -> Response:
    response = Response(json.dumps(document()), content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
