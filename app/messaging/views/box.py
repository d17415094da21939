"""All messages, and one of them opened (MS-1)."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.customers.queries import customers_found
from app.messaging import box
from app.messaging.box import Box
from app.messaging.box_filter import BoxFilter
from app.messaging.forms import CustomerForm
from app.messaging.views.blueprint import blueprint
from app.patience import patiently
from app.permissions import Permission, requires
from app.web import invalid, render

MOST_FOUND = 20


@blueprint.get("/messages")
@blueprint.get("/messages/<int:message_id>")
@requires(Permission.READ_MESSAGES)
@takes(*box.ARGUMENTS)
def index(message_id: int | None = None) -> BaseResponse:
    listed = Box(request.args, message_id)
    response = render("messaging/index.html", listed=listed, help_href=url_for("help.index", _anchor="messages"))
    response.status_code = 422 if listed.period.fault else 200
    return response


@blueprint.get("/messages/sums")
@requires(Permission.READ_MESSAGES)
@takes(*BoxFilter.ARGUMENTS)
def sums() -> BaseResponse:
    """They come after the rows, and say so where counting takes too long."""
    listed = Box(request.args)
    counts = patiently(lambda: listed.counts)
    return render("messaging/sums.html", "messaging/_sums.html", listed=listed, counts=counts)


@blueprint.get("/messages/customer")
@requires(Permission.READ_MESSAGES)
def ask_for_customer() -> BaseResponse:
    return render("messaging/customer.html", form=CustomerForm(), found=None)


@blueprint.post("/messages/customer")
@requires(Permission.READ_MESSAGES)
def find_customer() -> BaseResponse:
    """Who is looked for never stands in an address; who is found does by its number."""
    form = CustomerForm()
    if not form.validate():
        return invalid("messaging/customer.html", form=form, found=None)
    found = customers_found(form.text.data, MOST_FOUND)
    return render("messaging/customer.html", form=form, found=found)
