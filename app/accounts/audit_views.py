"""The audit log's page, and the proof that it is whole (PR-4)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.audit_log import ARGUMENTS, AuditLog
from app.address import takes
from app.audit_check import check_chain, is_long, last_check
from app.audit_words import kinds
from app.db import business_id
from app.lib.collation import sort_key
from app.permissions import Permission, requires
from app.queue import enqueue
from app.web import go, render

blueprint = Blueprint("audit", __name__, url_prefix="/audit-log")


@blueprint.get("")
@requires(Permission.READ_AUDIT)
@takes(*ARGUMENTS)
def index() -> BaseResponse:
    log = AuditLog(request.args)
    return render(
        "accounts/audit_log.html",
        log=log,
        choices={"people": [(None, log.people)], **_choices()},
        check=last_check(),
        help_href=url_for("help.index", _anchor="audit-log"),
    )


@blueprint.post("/checks")
@requires(Permission.READ_AUDIT)
def check() -> BaseResponse:
    if is_long():
        enqueue("jobs.housekeeping.check_audit_log", business_id())
        flash(_("The log is long, so it is being checked in the background. Reload the page in a minute."), "message")
        return go(url_for("audit.index"))
    found = check_chain()
    if found.broken_line is None:
        flash(_("The log is whole."), "success")
    else:
        flash(_("The log is broken."), "error")
    return go(url_for("audit.index"))


def _choices() -> dict[str, list[tuple[str | None, list[tuple[str, str]]]]]:
    """Kinds of things by their names, and under each what is done to it."""
    ordered = sorted(kinds().values(), key=lambda kind: sort_key(str(kind.label)))
    return {
        "kinds": [(None, [(kind.key, str(kind.label)) for kind in ordered])],
        "actions": [
            (str(kind.label), [(action, str(words)) for action, words in kind.actions.items()]) for kind in ordered
        ],
    }
