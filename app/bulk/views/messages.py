"""The messages of a batch that is previewed: whose text has an empty variable, a test to oneself (BA-1)."""

from __future__ import annotations

from uuid import uuid4

from flask import flash, g, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound, TooManyRequests
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.accounts.services import wait_before_test
from app.address import address, takes, whole_number
from app.bulk.forms import TestForm
from app.bulk.models import BatchState
from app.bulk.pages import BatchPage
from app.bulk.queries import PAGE_SIZE, batch_named, lacking_page
from app.bulk.registry import wording_for
from app.bulk.services.composing import Composed, compose
from app.bulk.services.grouping import examples
from app.bulk.telling import Wording
from app.bulk.views.blueprint import blueprint
from app.bulk.views.showing import show_batch
from app.customers.models import Customer
from app.customers.queries import customer_named
from app.customers.services.identifying import customer_known_by
from app.identity import workplace
from app.messaging.services.templates import Written, send_trial
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/bulk-actions/<int:batch_id>/empty-variables")
@requires(Permission.BULK_ACTIONS)
@takes("after")
def lacking(batch_id: int) -> BaseResponse:
    batch = batch_named(batch_id)
    after = whole_number(request.args["after"], "after") if request.args.get("after") else 0
    rows = lacking_page(batch_id, after)
    beyond = {"after": str(rows[PAGE_SIZE - 1].customer_id)} if len(rows) > PAGE_SIZE else {}
    return render(
        "bulk/lacking.html",
        shown=BatchPage(batch),
        rows=rows[:PAGE_SIZE],
        next_href=address("bulk.lacking", beyond, batch_id=batch_id) if beyond else None,
        first_href=url_for("bulk.lacking", batch_id=batch_id) if after else None,
    )


@blueprint.post("/bulk-actions/<int:batch_id>/tests")
@requires(Permission.BULK_ACTIONS)
def send_test(batch_id: int) -> BaseResponse:
    batch, form = batch_named(batch_id), TestForm()
    wording = wording_for(batch) if batch.state is BatchState.PREVIEWED else None
    if wording is None:
        raise NotFound
    customer = _tester(form)
    composed = _composed(wording, customer) if customer else None
    if customer is None or composed is None or not composed.reached:
        form.phone.errors = form.phone.errors or [_refusal(customer)]
        return show_batch(batch, test=form)
    if wait_before_test():
        raise TooManyRequests
    written = Written(composed.title, composed.text, composed.language)
    if send_trial(wording.way, written, wording.program, customer, g.get("form_key") or uuid4()):
        audit.record("batch.test", audit.Subject("batch", batch.id), {"customer_id": (None, customer.id)})
    flash(_("The test is on its way. It is among the messages of that customer."), "success")
    return go(url_for("bulk.show", batch_id=batch_id))


def _tester(form: TestForm) -> Customer | None:
    known = customer_known_by(form.phone.data or "", workplace().country) if form.validate() else None
    return customer_named(known) if known else None


def _composed(wording: Wording, customer: Customer) -> Composed | None:
    return next(iter(compose(wording, [customer.id], late=examples([customer.id]), ahead=True)), None)


def _refusal(customer: Customer | None) -> str:
    if customer is None:
        return _("No customer has this phone or card: register yourself as one.")
    return _("This customer is not reached by this channel.")
