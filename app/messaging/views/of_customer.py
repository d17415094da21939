"""The messages of a customer's profile (CP-4)."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.customers.queries import customer_named
from app.customers.tabs import show_tab
from app.messaging.listing import Messages
from app.messaging.views.blueprint import blueprint
from app.paging import ARGS
from app.permissions import Permission, requires


@blueprint.get("/customers/<int:customer_id>/messages")
@blueprint.get("/customers/<int:customer_id>/messages/<int:message_id>")
@requires(Permission.READ_CUSTOMERS)
@takes(*ARGS)
def of_customer(customer_id: int, message_id: int | None = None) -> BaseResponse:
    customer = customer_named(customer_id)
    listed = Messages(customer_id, request.args, message_id)
    return show_tab("messages", "messaging/of_customer.html", customer, listed=listed)
