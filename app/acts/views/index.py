"""The list of acts and its register (BI-6)."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.acts.jurisdictions import missing
from app.acts.listing import ARGUMENTS, Acts
from app.acts.models import Jurisdiction
from app.acts.queries import executor_of, this_month
from app.acts.spreadsheet import register_file
from app.acts.views.blueprint import blueprint
from app.address import takes
from app.identity import person
from app.permissions import Permission, requires
from app.web import render

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/acts")
@requires(Permission.READ_ACTS)
@takes(*ARGUMENTS)
def index() -> BaseResponse:
    listed = Acts(request.args)
    own = listed.requisites
    return render(
        "acts/index.html",
        listed=listed,
        missing=missing(Jurisdiction(own.jurisdiction), own.details),
        has_executor=executor_of(own.jurisdiction, this_month()) is not None,
        may_edit=person().may(Permission.EDIT_ACTS),
        help_href=url_for("help.index", _anchor="acts"),
    )


@blueprint.get("/acts/register.xlsx")
@requires(Permission.READ_ACTS)
@takes(*ARGUMENTS)
def register() -> BaseResponse:
    response = Response(register_file(Acts(request.args).shown), mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="acts.xlsx"'
    return response
