"""What a customer's browser tells of a push, by the address that came with it: that it was shown (BA-2, MS-3)."""

from __future__ import annotations

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.db import open_scope, rollback
from app.form_keys import sealed
from app.lib import dates
from app.lib.tokens import ForgedError
from app.links import pushed
from app.messaging.models import MessageStatus
from app.messaging.services.receipts import Told, tell
from app.messaging.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.scope import Scope


@blueprint.post("/pushes/<push_token>/receipts")
@requires(Permission.PUBLIC)
@sealed
def push_shown(push_token: str) -> BaseResponse:
    """Told once more, it changes nothing."""
    try:
        business, message = pushed(push_token)
    except ForgedError:
        raise NotFound from None
    rollback()
    open_scope(Scope(business))
    tell([Told(message, None, MessageStatus.DELIVERED, dates.now())])
    return BaseResponse(status=204)
