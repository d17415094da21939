"""My profile → Financial information: the business's side of its acts (BI-3)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.own_pages import show_page
from app.acts.forms import RequisitesForm, Shown, form_of
from app.acts.jurisdictions import groups, jurisdiction_name, missing
from app.acts.models import Jurisdiction, Requisites
from app.acts.queries import own_requisites
from app.acts.services import keep_requisites
from app.acts.services.issuing import hold_series
from app.acts.views.blueprint import blueprint
from app.address import takes
from app.errors import BadAddress
from app.permissions import Permission, requires
from app.web import go


@blueprint.get("/profile/financial")
@requires(Permission.EDIT_ACTS)
@takes("jurisdiction")
def requisites() -> BaseResponse:
    own = own_requisites()
    jurisdiction = _asked(own)
    form = form_of(jurisdiction)(obj=Shown(own, jurisdiction))
    form.show(Shown(own, jurisdiction))
    return _show(own, jurisdiction, form)


@blueprint.post("/profile/financial")
@requires(Permission.EDIT_ACTS)
@takes("jurisdiction")
def change_requisites() -> BaseResponse:
    # Held like the acts that take them, so that two who save at once see each other.
    hold_series()
    own = own_requisites()
    jurisdiction = _asked(own)
    shown = Shown(own, jurisdiction)
    form = form_of(jurisdiction)(obj=shown)
    if form.is_stale(shown) and (kept := form.kept_words(shown)):
        form.show(shown)
        return _show(own, jurisdiction, form, 409, kept)
    if not form.validate():
        return _show(own, jurisdiction, form, 422)
    lacking = keep_requisites(jurisdiction, form.language.data, form.details())
    if lacking:
        flash(_("Saved. Something is still missing for acts to be issued."), "message")
    else:
        flash(_("Saved. Acts issued from now on have these requisites."), "success")
    return go(url_for("acts.requisites"))


def _asked(own: Requisites) -> Jurisdiction:
    """Of the address, else the one that is kept. Raises BadAddress."""
    text = request.args.get("jurisdiction", own.jurisdiction)
    if text not in set(Jurisdiction):
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name="jurisdiction"))
    return Jurisdiction(text)


def _show(
    own: Requisites,
    jurisdiction: Jurisdiction,
    form: RequisitesForm,
    status: int = 200,
    kept: Sequence[tuple[str, str]] = (),
) -> Response:
    return show_page(
        "financial",
        "acts/requisites.html",
        status,
        form=form,
        groups=[(title, [(form[entry.name], entry) for entry in entries]) for title, entries in groups(jurisdiction)],
        kept=kept,
        missing=[str(entry.label) for entry in missing(jurisdiction, own.details)],
        saved=bool(own.details) and own.jurisdiction == jurisdiction,
        action=url_for("acts.change_requisites", jurisdiction=jurisdiction.value),
        jurisdictions=[
            (jurisdiction_name(each), url_for("acts.requisites", jurisdiction=each.value), each is jurisdiction)
            for each in Jurisdiction
        ],
    )
