"""The transactions of a customer's profile (CP-3)."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.customers.queries import customer_named
from app.customers.tabs import show_tab
from app.permissions import Permission, requires
from app.transactions.listing import ARGUMENTS, Transactions

blueprint = Blueprint("transactions", __name__)


@blueprint.get("/customers/<int:customer_id>/transactions")
@blueprint.get("/customers/<int:customer_id>/transactions/<int:transaction_id>")
@requires(Permission.READ_CUSTOMERS)
@takes(*ARGUMENTS)
def of_customer(customer_id: int, transaction_id: int | None = None) -> BaseResponse:
    customer = customer_named(customer_id)
    listed = Transactions(customer_id, request.args, transaction_id)
    response = show_tab("transactions", "transactions/of_customer.html", customer, listed=listed)
    response.status_code = 422 if listed.period.fault else 200
    return response


@blueprint.get("/customers/<int:customer_id>/transactions/sums")
@requires(Permission.READ_CUSTOMERS)
@takes(*ARGUMENTS)
def sums_of_customer(customer_id: int) -> BaseResponse:
    customer = customer_named(customer_id)
    listed = Transactions(customer_id, request.args)
    return show_tab("transactions", "transactions/sums_of_customer.html", customer, listed=listed)
