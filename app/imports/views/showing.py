"""The list of imports, and one of them with its dry run, its progress or its report (IM-2)."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes, whole_number
from app.bulk.queries import names_of
from app.imports.forms import ConfirmationForm
from app.imports.listing import ARGUMENTS, Rows
from app.imports.pages import ImportPage
from app.imports.queries import PAGE_SIZE, import_named, imports
from app.imports.stages import Stage
from app.imports.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("")
@requires(Permission.IMPORT_CUSTOMERS)
@takes("before")
def index() -> BaseResponse:
    before = whole_number(request.args["before"], "before") if request.args.get("before") else None
    found = imports(before)
    people = names_of({job.user_id for job, _batch in found})
    pages = [ImportPage(job, batch, people) for job, batch in found[:PAGE_SIZE]]
    more = url_for("imports.index", before=pages[-1].id) if len(found) > PAGE_SIZE else None
    first = url_for("imports.index") if before else None
    return render("imports/index.html", pages=pages, next_href=more, first_href=first)


@blueprint.get("/<int:import_id>")
@requires(Permission.IMPORT_CUSTOMERS)
@takes(*ARGUMENTS)
def show(import_id: int) -> BaseResponse:
    """Its own address at every step, so that a reload and another tab show the same."""
    page = ImportPage(import_named(import_id))
    if page.stage is Stage.COLUMNS:
        return go(url_for("imports.ask_columns", import_id=import_id))
    return show_import(page)


def show_import(page: ImportPage, form: ConfirmationForm | None = None) -> BaseResponse:
    template = "imports/progress.html" if page.is_confirmed else "imports/check.html"
    listed = Rows(page, request.args) if page.is_checked and not page.is_watched else None
    asked = form or ConfirmationForm()
    asked.seen.data = page.seen
    response = render(template, shown=page, listed=listed, form=asked)
    response.status_code = 422 if form else 200
    return response
