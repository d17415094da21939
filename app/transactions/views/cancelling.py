"""A sale cancelled by an administrator, in the log or in a customer's profile (TE-5)."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.permissions import Permission, requires
from app.transactions.forms import CancellationForm
from app.transactions.lines import Opened, opened_transaction
from app.transactions.models import Kind, Status
from app.transactions.services import AlreadyCancelledError, MissingError, cancel_sale, missing_words
from app.transactions.views.blueprint import blueprint
from app.web import go, own_address, render


@blueprint.get("/transactions/<int:transaction_id>/cancellation")
@requires(Permission.CANCEL_SALES)
@takes("back")
def ask_to_cancel(transaction_id: int) -> BaseResponse:
    sale, form = _sale(transaction_id), CancellationForm(back=request.args.get("back", ""))
    if sale.row.status is Status.CANCELLED:
        return _done(sale, form)
    return _show(sale, form)


@blueprint.post("/transactions/<int:transaction_id>/cancellation")
@requires(Permission.CANCEL_SALES)
def cancel(transaction_id: int) -> BaseResponse:
    """Everything as it was before, in one step; what is missing is told exactly, and credited once that is agreed."""
    sale, form = _sale(transaction_id), CancellationForm()
    if not form.validate():
        return _show(sale, form, 422)
    try:
        cancel_sale(sale.row, reason=form.reason.data, credit=form.credits, leave=form.left)
    except AlreadyCancelledError:
        return _done(sale, form)
    except MissingError as short:
        return _show(sale, form, 409, short)
    flash(_("The sale is cancelled: all is as it was before it."), "success")
    return go(_back(sale, form))


def _sale(number: int) -> Opened:
    """Raises NotFound, for a credit by hand too: only a sale is cancelled."""
    found = opened_transaction(number)
    if found.row.kind is not Kind.SALE:
        raise NotFound
    return found


def _done(sale: Opened, form: CancellationForm) -> BaseResponse:
    flash(_("This sale was cancelled before."), "message")
    return go(_back(sale, form))


def _back(sale: Opened, form: CancellationForm) -> str:
    """The list that it was opened in, or the log."""
    return own_address(form.back.data or "", url_for("transactions.index", transaction_id=sale.row.id))


def _show(sale: Opened, form: CancellationForm, status: int = 200, short: MissingError | None = None) -> BaseResponse:
    missing, used = (short.missing, short.used) if short else ({}, ())
    form.offer(missing, len(used))
    page = "transactions/cancellation.html", "transactions/_cancellation.html"
    words, back = missing_words(missing, used), _back(sale, form)
    response = render(*page, sale=sale, form=form, missing=words, credits=bool(missing), back=back)
    response.status_code = status
    return response
