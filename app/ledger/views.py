"""The Loyalty history of a customer's profile (CP-2)."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.customers.queries import customer_named
from app.customers.tabs import show_tab
from app.ledger.history import ARGUMENTS, History
from app.permissions import Permission, requires

blueprint = Blueprint("ledger", __name__)


@blueprint.get("/customers/<int:customer_id>/loyalty-history")
@requires(Permission.READ_CUSTOMERS)
@takes(*ARGUMENTS)
def loyalty_history(customer_id: int) -> BaseResponse:
    customer = customer_named(customer_id)
    history = History(customer_id, request.args)
    response = show_tab("history", "ledger/history.html", customer, history=history)
    response.status_code = 422 if history.period.fault else 200
    return response
