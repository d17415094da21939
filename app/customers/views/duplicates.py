"""Records that may be one person, and saying that they are not (CP-9)."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.customers import profile
from app.customers.duplicates import ARGUMENTS, Duplicates
from app.customers.services.duplicates import deny_duplicate as deny
from app.customers.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, own_address, render


@blueprint.get("/duplicates")
@requires(Permission.MERGE_CUSTOMERS)
@takes(*ARGUMENTS)
def duplicates() -> BaseResponse:
    return render(
        "customers/merging/duplicates.html",
        listed=Duplicates(request.args),
        name_of=profile.full_name,
        help_href=url_for("help.index", _anchor="merging"),
    )


@blueprint.post("/duplicates/<int:duplicate_id>/denial")
@requires(Permission.MERGE_CUSTOMERS)
def deny_duplicate(duplicate_id: int) -> BaseResponse:
    deny(duplicate_id)
    flash(_("They will not be proposed as one person again."), "success")
    return go(own_address(request.form.get("back", ""), url_for("customers.duplicates")))
