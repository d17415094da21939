"""What a person does with a checked import; once it is confirmed it is steered as the bulk action that writes it."""

from __future__ import annotations

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.proving import is_proved
from app.bulk.models import BatchState
from app.bulk.refusing import told
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.errors import Problem
from app.identity import workplace
from app.imports.forms import ConfirmationForm
from app.imports.pages import ImportPage
from app.imports.queries import held_import
from app.imports.services import uploading
from app.imports.services.uploading import WrongStateError
from app.imports.stages import Stage
from app.imports.views.blueprint import blueprint
from app.imports.views.showing import show_import
from app.permissions import Permission, requires
from app.web import go


@blueprint.post("/<int:import_id>/confirmation")
@requires(Permission.IMPORT_CUSTOMERS)
def confirm(import_id: int) -> BaseResponse:
    page, form = ImportPage(held_import(import_id)), ConfirmationForm()
    if page.stage is not Stage.CONFIRMED and form.seen.data != page.seen:
        flash(_("The rows were checked anew meanwhile. Look at them again, then confirm."), "message")
        return go(page.href)
    if page.stage is Stage.CHECKED and not is_proved(form if page.asks_proof else None):
        return show_import(page, form)
    try:
        with told():
            batch = uploading.confirm(page.job, workplace().role)
    except WrongStateError:
        again = _("Go back to the columns and have the rows checked again.")
        advice = again if page.can_be_checked else _("Remove the draft and import the file again.")
        raise Problem(409, _("There is nothing to confirm here."), advice) from None
    if batch.state is BatchState.WAITING:
        flash(_("It is over your limit, so it waits for a second person's approval."), "message")
    return go(page.href)


@blueprint.post("/<int:import_id>/approval")
@requires(Permission.IMPORT_CUSTOMERS)
def approve(import_id: int) -> BaseResponse:
    """The second person's yes (BA-15); a wrong password is said on the import's page."""
    page, form = ImportPage(held_import(import_id)), ConfirmationForm()
    if page.batch is None:
        raise NotFound
    batch = held_batch(page.batch.id)
    if batch.state is BatchState.WAITING and not is_proved(form if page.asks_proof else None):
        return show_import(page, form)
    with told():
        steering.approve(batch, workplace().role)
    return go(page.href)


@blueprint.post("/<int:import_id>/removal")
@requires(Permission.IMPORT_CUSTOMERS)
def discard(import_id: int) -> BaseResponse:
    """Removes a draft with its file."""
    job = held_import(import_id)
    try:
        uploading.discard(job)
    except WrongStateError:
        raise Problem(
            409, _("This import was confirmed already."), _("Reload the page to see where it stands.")
        ) from None
    flash(_("The draft was removed."), "success")
    return go(url_for("imports.index"))
