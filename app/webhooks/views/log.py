"""The log of what addresses were told and answered; sending again (AP-1)."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes
from app.patience import patiently
from app.permissions import Permission, requires
from app.web import go, render
from app.webhooks import log as logs
from app.webhooks import queries
from app.webhooks.log import Log
from app.webhooks.log_filter import LogFilter
from app.webhooks.services import endpoints as services
from app.webhooks.views.blueprint import blueprint
from app.webhooks.views.sending import sendable


@blueprint.get("/deliveries")
@blueprint.get("/deliveries/<int:delivery_id>")
@requires(Permission.EDIT_BUSINESS)
@takes(*logs.ARGUMENTS)
def log(delivery_id: int | None = None) -> BaseResponse:
    listed = Log(request.args, delivery_id)
    response = render("webhooks/log.html", listed=listed, help_href=url_for("help.index", _anchor="webhooks"))
    response.status_code = 422 if listed.period.fault else 200
    return response


@blueprint.get("/deliveries/sums")
@requires(Permission.EDIT_BUSINESS)
@takes(*LogFilter.ARGUMENTS)
def sums() -> BaseResponse:
    """They come after the rows, and say so where counting takes too long."""
    listed = Log(request.args)
    counts = patiently(lambda: listed.counts)
    return render("webhooks/sums.html", "webhooks/_sums.html", listed=listed, counts=counts)


@blueprint.post("/deliveries/<int:delivery_id>/replay")
@requires(Permission.EDIT_BUSINESS)
def replay(delivery_id: int) -> BaseResponse:
    delivery = queries.delivery_named(delivery_id).Delivery
    with sendable():
        services.replay(delivery, queries.endpoint_named(delivery.endpoint_id, held=True))
    return go(url_for("webhooks.log", delivery_id=delivery_id, address=delivery.endpoint_id))


@blueprint.post("/deliveries/replay")
@requires(Permission.EDIT_BUSINESS)
@takes(*LogFilter.ARGUMENTS)
def replay_failed() -> BaseResponse:
    """What failed of what the address chooses."""
    chosen = LogFilter.from_args(request.args)
    if chosen.period.fault:
        raise NotFound
    number = services.replay_failed(chosen)
    words = ngettext("%(num)d delivery is sent again.", "%(num)d deliveries are sent again.", number)
    flash(words if number else _("Nothing was there to be sent again."), "success" if number else "message")
    return go(address("webhooks.log", {name: value for name, value in chosen.args().items() if name != "state"}))
