"""What the platform charges: a month by kind and day, and each charge behind a figure (BI-1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.billing import bill as bill_page
from app.billing import charge_list, files
from app.billing.bill import Bill
from app.billing.charge_list import Charges
from app.billing.models import ChargeKind
from app.billing.queries import balance
from app.permissions import Permission, requires
from app.web import go, render

blueprint = Blueprint("billing", __name__, url_prefix="/billing")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
@requires(Permission.READ_BILLING)
@takes(*bill_page.ARGUMENTS)
def month() -> BaseResponse:
    return render("billing/month.html", bill=Bill(request.args), kinds=ChargeKind, help_href=_help())


@blueprint.get("/charges")
@requires(Permission.READ_BILLING)
@takes(*charge_list.ARGUMENTS)
def charges() -> BaseResponse:
    listed = Charges(request.args)
    response = render("billing/charges.html", listed=listed, help_href=_help())
    response.status_code = 422 if listed.period.fault else 200
    return response


@blueprint.get("/month.csv")
@requires(Permission.READ_BILLING)
@takes(*bill_page.ARGUMENTS)
def month_csv() -> BaseResponse:
    return _file(files.csv_file, "csv", "text/csv")


@blueprint.get("/month.xlsx")
@requires(Permission.READ_BILLING)
@takes(*bill_page.ARGUMENTS)
def month_xlsx() -> BaseResponse:
    return _file(files.xlsx_file, "xlsx", XLSX)


class Prepaid:
    """What the top bar shows; asked for by pages alone that have one, and for who may know it."""

    @cached_property
    def balance(self) -> int:
        return balance()


@blueprint.app_context_processor
def prepaid() -> dict[str, object]:
    return {"prepaid": Prepaid()}


@blueprint.get("/balance")
@requires(Permission.READ_BILLING)
def balance_now() -> BaseResponse:
    """The balance anew, for pages that stay open; by its address, the bill."""
    if not request.htmx:  # type: ignore[attr-defined]
        return go(url_for("billing.month"))
    return render("billing/_balance.html")


def _file(made: Callable[[Bill], bytes], ending: str, mimetype: str) -> BaseResponse:
    found = Bill(request.args)
    response = Response(made(found), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{files.file_name(found, ending)}"'
    return response


def _help() -> str:
    return url_for("help.index", _anchor="billing")
