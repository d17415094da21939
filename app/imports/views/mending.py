"""Refused rows: as a file, and mended on a page and sent again alone (IM-2)."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes, whole_number
from app.errors import Problem
from app.imports.mending import Mending
from app.imports.models import ImportJob
from app.imports.pages import ImportPage
from app.imports.queries import held_import, import_named
from app.imports.services.mending import refused_file as written
from app.imports.services.mending import send_again
from app.imports.services.uploading import WrongStateError
from app.imports.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/<int:import_id>/refused.csv")
@requires(Permission.IMPORT_CUSTOMERS)
def refused_file(import_id: int) -> BaseResponse:
    """What the business sent itself, and why it was not taken: nothing of its customers (CT-11)."""
    job = _mendable(import_named(import_id)).job
    response = Response(written(job), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="refused-{job.id}.csv"'
    return response


@blueprint.get("/<int:import_id>/mending")
@requires(Permission.IMPORT_CUSTOMERS)
@takes("after")
def ask_mending(import_id: int) -> BaseResponse:
    page = _mendable(import_named(import_id))
    after = whole_number(request.args["after"], "after") if request.args.get("after") else 0
    return render("imports/mend.html", shown=page, form=Mending(page, after))


@blueprint.post("/<int:import_id>/mending")
@requires(Permission.IMPORT_CUSTOMERS)
def mend(import_id: int) -> BaseResponse:
    """Sends the rows again that were changed, as an import of their own, which is checked and confirmed as any.

    Who goes on to other rows from there loses none of them.
    """
    job = held_import(import_id)
    if ImportPage(job).is_checking:
        flash(_("The rows were checked anew meanwhile. Look at them again, then mend them."), "message")
        return go(url_for("imports.show", import_id=job.id))
    form = Mending(_mendable(job), whole_number(request.form.get("after") or "0", "after", least=0))
    if request.form.get("seen") != form.page.seen:
        # Another row may have the number that a row had there.
        flash(_("The rows were checked anew meanwhile. Look at them again, then mend them."), "message")
        return go(form.href)
    changed = form.changed(request.form)
    onward = {"next": form.next_href, "first": form.first_href}.get(request.form.get("then", ""))
    if not changed and onward:
        return go(onward)
    if not changed:
        flash(_("Nothing was changed in these rows."), "message")
        return go(form.href)
    try:
        again = send_again(job, changed)
    except WrongStateError:
        raise Problem(409, _("These rows are not kept any more."), _("Send the file again.")) from None
    if onward:
        flash(_("What you changed is checked as an import of its own: it stands among the imports."), "message")
        return go(onward)
    if len(again.parent_rows) > len(changed):
        flash(_("They are checked together with the rows that were mended before."), "message")
    return go(url_for("imports.show", import_id=again.id))


def _mendable(job: ImportJob) -> ImportPage:
    """Raises NotFound where no rows are refused, or they are not kept any more."""
    page = ImportPage(job)
    if not page.is_checked or page.job.forgotten_at is not None:
        raise NotFound
    return page
