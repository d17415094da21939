"""A customer's messages; opening one here makes it Read (CP-4, MY-1).

A link never writes, so one that is new is opened by a form, and a page that is come to otherwise, as from a push,
sends that form by itself.
"""

from __future__ import annotations

from flask import make_response, request
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes
from app.lib import dates
from app.messaging.queries import message_on_page, messages_on_page
from app.messaging.services.opening import open_on_page
from app.my.inbox import Inbox
from app.my.views.blueprint import blueprint
from app.my.visitor import Visitor, show, signed_in
from app.paging import ARGS, PageKey, page_of
from app.permissions import Permission, requires
from app.web import go


@blueprint.get("/my/<slug>/messages")
@requires(Permission.PUBLIC)
@takes(*ARGS)
@signed_in
def messages(visitor: Visitor) -> BaseResponse:
    key = PageKey.from_args(request.args)
    page = page_of(messages_on_page(visitor.id, key), key)
    hrefs = [
        address("my.messages", place, slug=visitor.slug) if place else None for place in (page.previous, page.next)
    ]
    return show("my/inbox.html", visitor, lines=Inbox(visitor.business.name).lines(page.lines), hrefs=hrefs)


@blueprint.get("/my/<slug>/messages/<int:message_id>")
@requires(Permission.PUBLIC)
@signed_in
def message(visitor: Visitor, message_id: int) -> BaseResponse:
    opened = message_on_page(visitor.id, message_id)
    over = opened.ends_at is not None and opened.ends_at <= dates.now()
    return show("my/message.html", visitor, message=opened, title=Inbox(visitor.business.name).title(opened), over=over)


@blueprint.post("/my/<slug>/messages/<int:message_id>/opening")
@requires(Permission.PUBLIC)
@signed_in
def open_message(visitor: Visitor, message_id: int) -> BaseResponse:
    open_on_page(visitor.id, message_id)
    if request.htmx:  # type: ignore[attr-defined]
        return make_response("", 204)
    return go(visitor.href("message", message_id=message_id))
