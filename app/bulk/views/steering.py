"""What a person does with a batch: each is a new noun under its address."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.proving import ProofForm
from app.bulk.forms import ConfirmationForm
from app.bulk.models import Batch, BatchState
from app.bulk.pages import BatchPage
from app.bulk.refusing import told
from app.bulk.registry import action_named
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.bulk.views.blueprint import blueprint
from app.bulk.views.proving import proves
from app.bulk.views.showing import show_batch
from app.errors import Problem
from app.identity import person, workplace
from app.permissions import Permission, requires
from app.web import go


@blueprint.post("/bulk-actions/<int:batch_id>/confirmation")
@requires(Permission.BULK_ACTIONS)
def confirm(batch_id: int) -> BaseResponse:
    batch, form = _mine(batch_id), ConfirmationForm()
    if batch.state is BatchState.PREVIEWED and form.seen.data != BatchPage(batch).frozen:
        flash(_("What will be done was changed meanwhile. Look at it again, then confirm."), "message")
        return _to(batch)
    if batch.state is BatchState.PREVIEWED and not (form.validate() and proves(batch, form)):
        return show_batch(batch, form)
    with told():
        steering.confirm(batch, workplace().role, form.start_at)
    if batch.state is BatchState.WAITING:
        flash(_("It is over your limit, so it waits for a second person's approval."), "message")
    return _to(batch)


@blueprint.post("/bulk-actions/<int:batch_id>/approval")
@requires(Permission.BULK_ACTIONS)
def approve(batch_id: int) -> BaseResponse:
    batch, form = _mine(batch_id), ProofForm()
    if batch.state is BatchState.WAITING and not (form.validate() and proves(batch, form)):
        return show_batch(batch, form)
    return _do(batch_id, lambda batch: steering.approve(batch, workplace().role))


@blueprint.post("/bulk-actions/<int:batch_id>/pause")
@requires(Permission.BULK_ACTIONS)
def pause(batch_id: int) -> BaseResponse:
    return _do(batch_id, steering.pause)


@blueprint.post("/bulk-actions/<int:batch_id>/continuation")
@requires(Permission.BULK_ACTIONS)
def go_on(batch_id: int) -> BaseResponse:
    return _do(batch_id, steering.go_on)


@blueprint.post("/bulk-actions/<int:batch_id>/cancellation")
@requires(Permission.BULK_ACTIONS)
def cancel(batch_id: int) -> BaseResponse:
    return _do(batch_id, steering.cancel)


@blueprint.post("/bulk-actions/<int:batch_id>/removal")
@requires(Permission.BULK_ACTIONS)
def discard(batch_id: int) -> BaseResponse:
    """Removes a draft, with what it had set aside."""
    with told():
        steering.discard(_mine(batch_id))
    flash(_("The draft was removed."), "success")
    return go(url_for("bulk.index"))


@blueprint.post("/bulk-actions/<int:batch_id>/undoing")
@requires(Permission.BULK_ACTIONS)
def undo(batch_id: int) -> BaseResponse:
    """Begins a batch that takes it back; it is previewed as any other."""
    with told():
        undoing = steering.begin_undoing(_mine(batch_id))
    return _to(undoing)


def _do(batch_id: int, act: Callable[[Batch], None]) -> BaseResponse:
    batch = _mine(batch_id)
    with told():
        act(batch)
    return _to(batch)


def _mine(batch_id: int) -> Batch:
    """A batch whose action this person may do. Raises NotFound, Problem."""
    batch = held_batch(batch_id)
    if batch.action and not person().may(action_named(batch.action).permission):
        raise Problem(403, _("Your role does not do this."))
    return batch


def _to(batch: Batch) -> BaseResponse:
    return go(BatchPage(batch).href)
