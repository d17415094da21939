"""The log of all transactions and the financial report (TL-1), and the tab of a customer's profile (CP-3)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes
from app.customers.queries import customer_named
from app.customers.tabs import show_tab
from app.errors import Problem
from app.patience import patiently
from app.permissions import Permission, requires
from app.transactions import listing, log, report_files
from app.transactions import report as report_page
from app.transactions.listing import Transactions
from app.transactions.log import Log
from app.transactions.log_filter import LogFilter, without_stray_terminal
from app.transactions.report import Report
from app.transactions.views.blueprint import blueprint
from app.web import go, render

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/transactions")
@blueprint.get("/transactions/<int:transaction_id>")
@requires(Permission.READ_TRANSACTIONS)
@takes(*log.ARGUMENTS)
def index(transaction_id: int | None = None) -> BaseResponse:
    if settled := without_stray_terminal(request.args):
        flash(_("The Terminal belongs to another point of sale, so it was left out."), "message")
        return go(address("transactions.index", settled))
    listed = Log(request.args, transaction_id)
    help_href = url_for("help.index", _anchor="transactions")
    response = render("transactions/log.html", listed=listed, help_href=help_href)
    response.status_code = 422 if listed.period.fault else 200
    return response


@blueprint.get("/transactions/sums")
@requires(Permission.READ_TRANSACTIONS)
@takes(*LogFilter.ARGUMENTS)
def sums_of_log() -> BaseResponse:
    """They come after the rows, and say so where adding up takes too long."""
    listed = Log(request.args)
    sums = patiently(lambda: listed.sums)
    return render("transactions/sums_of_log.html", "transactions/_log_sums.html", listed=listed, sums=sums)


@blueprint.get("/transactions/report")
@requires(Permission.READ_TRANSACTIONS)
@takes(*report_page.ARGUMENTS)
def report() -> BaseResponse:
    shown = Report(request.args)
    help_href = url_for("help.index", _anchor="transactions")
    response = render("transactions/report.html", report=shown, help_href=help_href)
    response.status_code = 422 if shown.period.fault else 200
    return response


@blueprint.get("/transactions/report.csv")
@requires(Permission.READ_TRANSACTIONS)
@takes(*report_page.FILE_ARGUMENTS)
def report_csv() -> BaseResponse:
    return _file(report_files.csv_file, "csv", "text/csv")


@blueprint.get("/transactions/report.xlsx")
@requires(Permission.READ_TRANSACTIONS)
@takes(*report_page.FILE_ARGUMENTS)
def report_xlsx() -> BaseResponse:
    return _file(report_files.xlsx_file, "xlsx", XLSX)


@blueprint.get("/customers/<int:customer_id>/transactions")
@blueprint.get("/customers/<int:customer_id>/transactions/<int:transaction_id>")
@requires(Permission.READ_CUSTOMERS)
@takes(*listing.ARGUMENTS)
def of_customer(customer_id: int, transaction_id: int | None = None) -> BaseResponse:
    customer = customer_named(customer_id)
    listed = Transactions(customer_id, request.args, transaction_id)
    response = show_tab("transactions", "transactions/of_customer.html", customer, listed=listed)
    response.status_code = 422 if listed.period.fault else 200
    return response


@blueprint.get("/customers/<int:customer_id>/transactions/sums")
@requires(Permission.READ_CUSTOMERS)
@takes(*listing.ARGUMENTS)
def sums_of_customer(customer_id: int) -> BaseResponse:
    customer = customer_named(customer_id)
    listed = Transactions(customer_id, request.args)
    return show_tab("transactions", "transactions/sums_of_customer.html", customer, listed=listed)


def _file(made: Callable[[Report], bytes], ending: str, mimetype: str) -> BaseResponse:
    """Raises Problem 422 for a period that cannot be."""
    found = Report(request.args)
    if found.period.fault:
        raise Problem(422, found.period.fault)
    response = Response(made(found), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{report_files.file_name(found, ending)}"'
    return response
