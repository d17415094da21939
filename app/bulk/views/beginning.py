"""The first steps of a bulk action: who, and what (CT-10, CP-10, BA-11)."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, number_of, takes
from app.bulk.forms import SelectionForm
from app.bulk.models import Batch, BatchState
from app.bulk.queries import batch_named
from app.bulk.refusing import told
from app.bulk.registry import Action, ActionForm, action_named, actions
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.bulk.text_form import TextForm
from app.bulk.text_preview import TextPreview
from app.bulk.views.blueprint import blueprint
from app.customers.queries import customer_named
from app.customers.services.selecting import Selection
from app.db import current_scope
from app.errors import BadAddress, Problem
from app.form_keys import keyless
from app.identity import person
from app.messaging.templates import template_named, templates
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/bulk-actions/new")
@requires(Permission.BULK_ACTIONS)
@takes(*Selection.ARGUMENTS)
def ask_who() -> BaseResponse:
    """Nobody is ticked: says in so many words that it is for all of the selection, and how many they are."""
    return _ask_who(Selection.from_args(request.args))


@blueprint.get("/customers/<int:customer_id>/bulk-action")
@requires(Permission.BULK_ACTIONS)
def ask_for_customer(customer_id: int) -> BaseResponse:
    return _ask_who(Selection(ids=(customer_named(customer_id).id,)))


def _ask_who(selection: Selection) -> BaseResponse:
    if not selection.is_readable:
        return go(address("customers.index", selection.args))
    return render(
        "bulk/who.html",
        selection=selection,
        number=selection.number(),
        back=address("customers.index", selection.args),
    )


@blueprint.post("/bulk-actions")
@requires(Permission.BULK_ACTIONS)
def begin() -> BaseResponse:
    form = SelectionForm()
    named = form.named()
    args = {name: request.form[name] for name in Selection.ARGUMENTS if request.form.get(name)}
    everyone = bool(form.all.data)
    if not named and not everyone:
        return go(address("bulk.ask_who", Selection.from_args(args).args))
    selection = Selection.from_args(args, () if everyone else named, named if everyone else ())
    batch = steering.begin(selection)
    return go(url_for("bulk.ask_what", batch_id=batch.id))


@blueprint.get("/bulk-actions/<int:batch_id>/action")
@requires(Permission.BULK_ACTIONS)
@takes("action")
def ask_what(batch_id: int) -> BaseResponse:
    """The list of actions, or the form of the one that is named; what was entered before stands in it."""
    batch = batch_named(batch_id)
    fixed = batch.undoes_id or (batch.action and not action_named(batch.action).is_offered)
    if fixed or batch.state not in (BatchState.CHOSEN, BatchState.PREVIEWED):
        return go(url_for("bulk.show", batch_id=batch_id))
    if not _is_own(batch):
        return go(
            url_for("bulk.index") if batch.state is BatchState.CHOSEN else url_for("bulk.show", batch_id=batch_id)
        )
    key = request.args.get("action", "")
    action = _action(key) if key else None
    form = _form(action, batch.values if batch.action == key else None) if action else None
    return _ask_what(batch, action, form)


@blueprint.post("/bulk-actions/<int:batch_id>/action")
@requires(Permission.BULK_ACTIONS)
def choose_action(batch_id: int) -> BaseResponse:
    batch = held_batch(batch_id)
    if not _is_own(batch):
        raise Problem(403, _("Your role does not do this."))
    action = _action(request.form.get("action", ""))
    form = _form(action)
    if not form.validate() or not form.accepted():
        return _ask_what(batch, action, form, wrong=True)
    with told():
        steering.choose(batch, action.key, form.kept(), Selection.from_kept(batch.selection).number())
    return go(url_for("bulk.show", batch_id=batch.id))


@blueprint.post("/bulk-actions/<int:batch_id>/text-preview")
@requires(Permission.BULK_ACTIONS)
@keyless
def preview_text(batch_id: int) -> BaseResponse:
    """What stands in the form, as customers of the selection would read it; or a template put into it."""
    batch, action = batch_named(batch_id), _action(request.form.get("action", ""))
    form = _form(action)
    if "use" in request.form and isinstance(form, TextForm):
        form.write(template_named(number_of(request.form.get("template", ""))))
    return _ask_what(batch, action, form, partial="bulk/_text_preview.html")


def _is_own(batch: Batch) -> bool:
    """Whom a franchisee's draft is about is seen with the eyes of its own people alone (PR-3)."""
    return batch.franchisee_id == current_scope().franchisee_id


def _action(key: str) -> Action:
    """One that this person may do. Raises BadAddress."""
    mine = {each.key: each for each in _offered()}
    if key not in mine:
        raise BadAddress(_("There is no such action."))
    return mine[key]


def _offered() -> list[Action]:
    return [each for each in actions() if each.is_offered and person().may(each.permission)]


def _form(action: Action, values: object = None) -> ActionForm:
    form = action.form(data=values)
    form.offer()
    return form


def _ask_what(
    batch: Batch,
    action: Action | None,
    form: ActionForm | None,
    *,
    wrong: bool = False,
    partial: str | None = None,
) -> BaseResponse:
    selection = Selection.from_kept(batch.selection)
    response = render(
        "bulk/what.html",
        partial,
        batch=batch,
        selection=selection,
        number=selection.number(),
        actions=_offered(),
        action=action,
        form=form,
        **(_writing(batch, form) if isinstance(form, TextForm) else {}),
    )
    response.status_code = 422 if wrong else 200
    return response


def _writing(batch: Batch, form: TextForm) -> dict[str, object]:
    """What a page shows on which a text is written."""
    look = number_of(request.form.get("look") or request.form.get("shown", ""))
    preview = TextPreview(batch, form.wording, look) if form.wording else None
    return {"preview": preview, "variables": form.variables, "templates": templates()}
