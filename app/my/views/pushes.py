"""The browsers that let a shop's pushes in: said by its customer, on its page (MY-1, BA-2)."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.customers.details import details_of
from app.customers.models import CHANNELS, ConsentKind
from app.customers.queries import customer_to_change
from app.customers.services.leaving import choose_channels
from app.errors import Problem
from app.form_keys import sealed
from app.identity import token_hash
from app.messaging.services.subscriptions import (
    Subscription,
    application_key,
    browser_owner,
    subscribe,
    subscriptions_of,
    unsubscribe,
)
from app.my.views.blueprint import blueprint
from app.my.visitor import Door, Visitor, at_door, held_token, signed_in
from app.permissions import Permission, requires
from app.web import go


@blueprint.post("/my/<slug>/pushes")
@requires(Permission.PUBLIC)
@signed_in
def receive_pushes(visitor: Visitor) -> BaseResponse:
    """Who had refused pushes wants them now."""
    _receive(visitor.id)
    customer = customer_to_change(visitor.id)
    kept = details_of(customer)
    if not kept.granted(ConsentKind.PUSH):
        wanted = [kind for kind in CHANNELS if kept.granted(kind) or kind is ConsentKind.PUSH]
        choose_channels(customer, wanted)
    return go(visitor.href("settings", saved=1))


@blueprint.post("/my/<slug>/pushes/renewal")
@requires(Permission.PUBLIC)
@sealed
@at_door
def renew_pushes(_door: Door) -> BaseResponse:
    """A browser's worker, which has no form, says that it receives elsewhere from now on. Whose pushes these are tells
    the cookie of the session that let them in, over or not; where they were turned off it lets none in again.
    """
    _receive(browser_owner(token_hash(held_token())))
    return BaseResponse(status=204)


@blueprint.post("/my/<slug>/pushes/removal")
@requires(Permission.PUBLIC)
@signed_in
def stop_pushes(visitor: Visitor) -> BaseResponse:
    unsubscribe(visitor.id, request.form.get("endpoint", ""))
    return go(visitor.href("settings", saved=1))


def _receive(customer_id: int | None) -> None:
    """Raises Problem."""
    said = Subscription(*(request.form.get(name, "") for name in ("endpoint", "p256dh", "auth")))
    try:
        if customer_id is None or not application_key():
            raise ValueError
        subscribe(customer_id, said, token_hash(held_token()))
    except ValueError:
        raise Problem(400, _("This browser did not say where it receives notifications.")) from None


def of_app(visitor: Visitor) -> dict[str, Any]:
    """What my/_app.html needs: our key for pushes, and hashes of where this customer's browsers receive, so that the
    page in one of them finds itself among them.
    """
    browsers = subscriptions_of([visitor.id]).get(visitor.id, ())
    known = " ".join(hashlib.sha256(each.endpoint.encode()).hexdigest() for each in browsers)
    return {"push_key": application_key(), "known": known}
