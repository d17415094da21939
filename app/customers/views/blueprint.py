"""The blueprint that all pages of customers share, and where the addresses of merged records lead."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import address
from app.customers.queries import MergedError
from app.db import rollback
from app.errors import Problem
from app.web import SAFE_METHODS, go

blueprint = Blueprint("customers", __name__, url_prefix="/customers")


@blueprint.app_errorhandler(MergedError)
def lead_to_survivor(merged: MergedError) -> BaseResponse:
    """The same page of the record that stands for both now (CP-9); a form is not carried out on another than meant."""
    rollback()
    if request.method not in SAFE_METHODS:
        advice = _("Open it again to see what it is now.")
        problem = Problem(409, _("This record was merged into another meanwhile."), advice)
        return current_app.make_response(current_app.handle_user_exception(problem))
    ends = {str(merged.record): str(merged.survivor)}
    args = {name: ends.get(value, value) for name, value in request.args.items()}
    parts = {
        name: merged.survivor if value == merged.record else value for name, value in (request.view_args or {}).items()
    }
    flash(_("This record was merged. You see the one that stands for both."), "message")
    return go(address(request.endpoint or "", args, **parts))
