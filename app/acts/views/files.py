"""Files of acts: the PDF as it was made, a draft drawn now, a year as one ZIP (BI-5, BI-6)."""

from __future__ import annotations

from datetime import date

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.acts.archive import file_name, files_of, zip_of
from app.acts.document import pdf_of
from app.acts.queries import act_named, acts_of, file_of, first_month, this_month
from app.acts.services import draft_of
from app.acts.views.blueprint import blueprint
from app.db import business_id, current_scope
from app.errors import Problem
from app.permissions import Permission, requires

PDF = "application/pdf"


@blueprint.get("/acts/<int:act_id>.pdf")
@requires(Permission.READ_ACTS)
def file(act_id: int) -> BaseResponse:
    act = act_named(act_id)
    found = file_of(act)
    if found is None:
        raise Problem(503, _("The file of this act is being made."), _("Try again in a minute."))
    response = _pdf(found.content, file_name(act.year, act.number))
    response.set_etag(found.sha256.hex())
    return response.make_conditional(request)


@blueprint.get("/acts/drafts/<month>.pdf")
@requires(Permission.READ_ACTS)
def draft(month: str) -> BaseResponse:
    """Of a month that has no act yet."""
    wanted = _month(month)
    if not (first_month() or this_month()) <= wanted <= this_month() or acts_of(wanted):
        raise NotFound
    return _pdf(pdf_of(draft_of(wanted), business_id()), f"draft-{month}.pdf")


@blueprint.get("/acts/<int:year>.zip")
@requires(Permission.READ_ACTS)
def archive(year: int) -> BaseResponse:
    files = files_of(year) if year <= date.max.year else []
    if not files:
        raise NotFound
    response = Response(zip_of(current_scope(), year, files), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="acts-{year}.zip"'
    return response


def _month(text: str) -> date:
    """The first day of 2026-11. Raises NotFound."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound from None
    if f"{found:%Y-%m}" != text:
        raise NotFound
    return found


def _pdf(content: bytes, name: str) -> Response:
    response = Response(content, mimetype=PDF)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
