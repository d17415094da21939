"""A customer's movements of points and money, and its purchases (CP-2, CP-3, MY-1)."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes
from app.ledger.queries import Chosen, movements
from app.my.history import Lines, bought
from app.my.views.blueprint import blueprint
from app.my.visitor import Visitor, show, signed_in
from app.paging import ARGS, PageKey, page_of
from app.permissions import Permission, requires
from app.transactions.models import Kind, Status
from app.transactions.queries import goods_of, transaction_named


@blueprint.get("/my/<slug>/history")
@requires(Permission.PUBLIC)
@takes(*ARGS)
@signed_in
def history(visitor: Visitor) -> BaseResponse:
    key = PageKey.from_args(request.args)
    page, words = page_of(movements(Chosen(visitor.id), key), key), Lines(visitor.id)
    places = (page.previous, page.next)
    hrefs = [address("my.history", place, slug=visitor.slug) if place else None for place in places]
    return show("my/history.html", visitor, lines=[words.line(row) for row in page.lines], hrefs=hrefs)


@blueprint.get("/my/<slug>/history/<int:transaction_id>")
@requires(Permission.PUBLIC)
@signed_in
def purchase(visitor: Visitor, transaction_id: int) -> BaseResponse:
    found = transaction_named(transaction_id, visitor.id)
    if found.Transaction.kind is not Kind.SALE:
        raise NotFound
    cancelled = found.Transaction.status is Status.CANCELLED
    return show("my/purchase.html", visitor, found=found, goods=bought(goods_of(transaction_id)), cancelled=cancelled)
