"""What a person does about one message: opens a PIN, says what became of one that nobody knows of (MS-2)."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.audit import Subject, record
from app.errors import Problem
from app.messaging.box import Box
from app.messaging.forms import FateForm
from app.messaging.models import MessageKind
from app.messaging.queries import message_named
from app.messaging.services import KnownError, read_pin, resolve_unknown
from app.messaging.services.pins import pin_is_private
from app.messaging.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.post("/messages/<int:message_id>/pin")
@requires(Permission.HANDLE_MESSAGES)
def open_pin(message_id: int) -> BaseResponse:
    """Shows it on this answer alone, and writes down who looked; one that is over is gone for everyone."""
    if message_named(message_id).Message.kind is not MessageKind.PIN:
        raise NotFound
    if pin_is_private(message_id):
        raise NotFound
    text = read_pin(message_id)
    if text is not None:
        record("message.open_pin", Subject("message", message_id), {})
    if request.htmx:  # type: ignore[attr-defined]
        return render("messaging/_pin.html", text=text, message_id=message_id)
    help_href = url_for("help.index", _anchor="messages")
    return render("messaging/index.html", listed=Box({}, message_id), pin=text, help_href=help_href)


@blueprint.post("/messages/<int:message_id>/fate")
@requires(Permission.HANDLE_MESSAGES)
def say_fate(message_id: int) -> BaseResponse:
    message_named(message_id)
    form = FateForm()
    if not form.validate():
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
    try:
        resolve_unknown(message_id, sent=form.arrived.data == "yes")
    except KnownError:
        raise Problem(409, _("It turned out meanwhile what became of it."), _("Reload the page to see.")) from None
    flash(_("Written down. The message is not sent again."), "success")
    return go(url_for("messaging.index", message_id=message_id))
