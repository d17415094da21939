"""The list of bulk actions; one of them with its preview, its progress or its report; its customers by reason."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.proving import ProofForm
from app.address import address, takes, whole_number
from app.bulk.forms import ConfirmationForm, TestForm
from app.bulk.models import Batch, BatchState
from app.bulk.pages import BatchPage
from app.bulk.queries import PAGE_SIZE, batch_named, batches, item_page, sent_of
from app.bulk.views.blueprint import blueprint
from app.messaging.templates import own_record
from app.messaging.words import Words
from app.patience import patiently
from app.permissions import Permission, requires
from app.web import go, render

STOP_POLLING = 286
"""What HTMX understands so."""


@blueprint.get("/bulk-actions")
@requires(Permission.BULK_ACTIONS)
@takes("before")
def index() -> BaseResponse:
    before = whole_number(request.args["before"], "before") if request.args.get("before") else None
    found = batches(before)
    pages = [BatchPage(each) for each in found[:PAGE_SIZE]]
    more = url_for("bulk.index", before=pages[-1].id) if len(found) > PAGE_SIZE else None
    return render("bulk/index.html", pages=pages, next_href=more, first_href=url_for("bulk.index") if before else None)


@blueprint.get("/bulk-actions/<int:batch_id>")
@requires(Permission.BULK_ACTIONS)
@takes("look")
def show(batch_id: int) -> BaseResponse:
    """Its own address at every step, so that a reload and another tab show the same."""
    batch = batch_named(batch_id)
    if batch.state is BatchState.CHOSEN:
        return go(url_for("bulk.ask_what", batch_id=batch_id))
    if (page := BatchPage(batch).href) != url_for("bulk.show", batch_id=batch_id):
        return go(page)
    return show_batch(batch)


def show_batch(batch: Batch, form: ProofForm | None = None, test: TestForm | None = None) -> BaseResponse:
    page = BatchPage(batch, whole_number(request.args["look"], "look") if request.args.get("look") else 0)
    template = "bulk/preview.html" if page.is_draft else "bulk/progress.html"
    asked = form or ConfirmationForm()
    if isinstance(asked, ConfirmationForm):
        asked.seen.data = page.frozen
    response = render(template, shown=page, form=asked, test=test or _test_form())
    response.status_code = 422 if form or test else 200
    return response


def _test_form() -> TestForm:
    own = own_record()
    return TestForm(data={"phone": own.phone if own else ""})


@blueprint.get("/bulk-actions/<int:batch_id>/messages")
@requires(Permission.BULK_ACTIONS)
def sent(batch_id: int) -> BaseResponse:
    """What became of its messages, after the page; one that takes too long to count is not asked for again."""
    shown = BatchPage(batch_named(batch_id))
    found = patiently(lambda: sent_of(batch_id))
    response = render("bulk/sent.html", "bulk/_sent.html", shown=shown, sent=found, words=Words())
    if found is None and request.htmx:  # type: ignore[attr-defined]
        response.status_code = STOP_POLLING
    return response


@blueprint.get("/bulk-actions/<int:batch_id>/customers")
@requires(Permission.BULK_ACTIONS)
@takes("reason", "after")
def customers(batch_id: int) -> BaseResponse:
    batch, reason = batch_named(batch_id), request.args.get("reason", "")
    if batch.state is BatchState.CHOSEN:
        return go(url_for("bulk.ask_what", batch_id=batch_id))
    after = whole_number(request.args["after"], "after") if request.args.get("after") else 0
    rows = item_page(batch_id, reason, after)
    here = {"reason": reason} if reason else {}
    beyond = {"after": str(rows[PAGE_SIZE - 1].customer_id)} if len(rows) > PAGE_SIZE else {}
    return render(
        "bulk/customers.html",
        shown=BatchPage(batch),
        reason=reason,
        rows=rows[:PAGE_SIZE],
        next_href=address("bulk.customers", here, beyond, batch_id=batch_id) if beyond else None,
        first_href=address("bulk.customers", here, batch_id=batch_id) if after else None,
    )
