"""The offers of a customer's profile (CP-5)."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.customers.queries import customer_named
from app.customers.tabs import show_tab
from app.offers.listing import Offers
from app.paging import ARGS
from app.permissions import Permission, requires

blueprint = Blueprint("offers", __name__)


@blueprint.get("/customers/<int:customer_id>/offers")
@requires(Permission.READ_CUSTOMERS)
@takes(*ARGS)
def of_customer(customer_id: int) -> BaseResponse:
    customer = customer_named(customer_id)
    return show_tab("offers", "offers/of_customer.html", customer, listed=Offers(customer_id, request.args))
