"""One act: what it says, what became of it, and its corrections (BI-5, BI-6)."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.acts import queries
from app.acts.forms import StandingForm
from app.acts.models import Act, ActStatus
from app.acts.pages import Page
from app.acts.services import NothingToCorrectError, correct_requisites, mark
from app.acts.services.issuing import NotReadyError
from app.acts.views.blueprint import blueprint
from app.errors import Problem
from app.identity import person
from app.period import today
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/acts/<int:act_id>")
@requires(Permission.READ_ACTS)
def show(act_id: int) -> BaseResponse:
    act = queries.act_named(act_id)
    return _show(act, _form(act))


@blueprint.post("/acts/<int:act_id>/standing")
@requires(Permission.EDIT_ACTS)
def change_standing(act_id: int) -> BaseResponse:
    act = queries.act_named(act_id)
    form = _form(act)
    if not form.validate():
        return _show(act, form, 422)
    if mark(act, ActStatus(form.status.data), form.day.data):
        flash(_("The status was changed."), "success")
    return go(url_for("acts.show", act_id=act.id))


@blueprint.post("/acts/<int:act_id>/correction")
@requires(Permission.EDIT_ACTS)
def correct(act_id: int) -> BaseResponse:
    """One with today's requisites."""
    act = queries.act_named(act_id)
    try:
        made = correct_requisites(act)
    except NothingToCorrectError:
        raise Problem(409, _("The latest act of this month has these requisites already.")) from None
    except NotReadyError:
        raise Problem(409, _("The requisites are not complete."), _("Fill them in and try again.")) from None
    flash(_("The correction was issued. Its file is being made."), "success")
    return go(url_for("acts.show", act_id=made.id))


def _form(act: Act) -> StandingForm:
    status, day = queries.standing_of(act)
    # What comes next is proposed: an act is sent, then signed.
    following = ActStatus.SENT if status is ActStatus.ISSUED else ActStatus.SIGNED
    signed = status is ActStatus.SIGNED
    form = StandingForm(request.form or None, status=int(following), day=day if signed else today())
    form.offer(queries.issued_on(act), today())
    return form


def _show(act: Act, form: StandingForm, status: int = 200) -> Response:
    response = render(
        "acts/act.html",
        shown=Page(act),
        form=form,
        may_edit=person().may(Permission.EDIT_ACTS),
        help_href=url_for("help.index", _anchor="acts"),
    )
    response.status_code = status
    return response
