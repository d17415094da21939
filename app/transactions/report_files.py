"""The financial report as CSV and XLSX: a line for each day of each Terminal, and no personal data (TL-1)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.identity import workplace
from app.lib import sheets
from app.lib.formats import precision
from app.lib.sheets import Amount
from app.transactions.report import Report, ReportLine


def csv_file(report: Report) -> bytes:
    return sheets.csv_file(_head(), _rows(report))


def xlsx_file(report: Report) -> bytes:
    return sheets.xlsx_file(_("Financial report")[:31], _head(), _rows(report))


def file_name(report: Report, ending: str) -> str:
    """Of ASCII alone, so that every browser reads it the same."""
    return f"financial-report-{report.period.first}-{report.period.last}.{ending}"


def _head() -> list[str]:
    money = [_("Gross"), _("Discount"), _("Paid by points"), _("From accounts"), _("Money received")]
    labels = [_("Date"), _("Point of sale"), _("Terminal"), _("Sales"), *map(_of_currency, money)]
    return [*labels, _("Cancelled sales"), _of_currency(_("Cancelled amount"))]


def _of_currency(label: str) -> str:
    return f"{label}, {workplace().currency}"


def _rows(report: Report) -> list[sheets.Row]:
    digits = precision(workplace().currency)
    return [_row(line, digits) for line in report.detailed]


def _row(line: ReportLine, digits: int) -> sheets.Row:
    sold, day = line.figures, line.day
    money = (sold.gross, sold.discount, sold.paid_by_points, sold.account_paid, sold.received)
    amounts = [Amount(value, digits) for value in money]
    head: list[sheets.Cell] = [day or "", line.place, line.terminal, sold.sales]
    return [*head, *amounts, sold.cancelled, Amount(sold.cancelled_amount, digits)]
