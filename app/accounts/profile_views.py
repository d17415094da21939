"""The profile of the person itself: who it is, where it is signed in (PR-5); areas add pages to it (own_pages.py)."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import services
from app.accounts.own_pages import show_page
from app.accounts.queries import own_sessions
from app.identity import person
from app.permissions import Permission, requires
from app.web import go

blueprint = Blueprint("profile", __name__, url_prefix="/profile")


@blueprint.get("")
@requires(Permission.MEMBER)
def index() -> BaseResponse:
    return show_page("general", "accounts/profile/index.html")


@blueprint.get("/sessions")
@requires(Permission.MEMBER)
def sessions() -> BaseResponse:
    here = person().session_id
    return show_page("sessions", "accounts/profile/sessions.html", sessions=own_sessions(), current_session=here)


@blueprint.post("/sessions/<int:session_id>/revocation")
@requires(Permission.SIGNED_IN)
def revoke_session(session_id: int) -> BaseResponse:
    if session_id not in {each.id for each in own_sessions()}:
        raise NotFound
    services.sign_out(session_id)
    flash(_("Signed out there."), "success")
    return go(url_for("profile.sessions"))
