"""Limits of roles: over how many customers a second person is asked (BA-15)."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.bulk.forms import LIMITED, LimitsForm
from app.bulk.queries import limits
from app.bulk.services.steering import set_limits
from app.bulk.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, invalid, render


@blueprint.get("/settings/bulk-actions")
@requires(Permission.EDIT_BUSINESS)
def ask_limits() -> Response:
    known = limits()
    return render("bulk/limits.html", form=LimitsForm(data={name: known.get(role) for role, name in LIMITED.items()}))


@blueprint.post("/settings/bulk-actions")
@requires(Permission.EDIT_BUSINESS)
def keep_limits() -> BaseResponse:
    form = LimitsForm()
    if not form.validate():
        return invalid("bulk/limits.html", form=form)
    set_limits(form.limits())
    flash(_("The limits were saved."), "success")
    return go(url_for("businesses.settings"))
