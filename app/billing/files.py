"""A month's charges and payments as CSV and XLSX: a line for each day, kind and price, and no personal data (BI-1)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.billing.bill import Bill
from app.billing.queries import Total
from app.billing.words import CHARGED
from app.filters import money_label
from app.identity import workplace
from app.lib import sheets
from app.lib.formats import precision
from app.lib.sheets import Amount


def csv_file(bill: Bill) -> bytes:
    return sheets.csv_file(_head(), _rows(bill))


def xlsx_file(bill: Bill) -> bytes:
    return sheets.xlsx_file(_("Billing")[:31], _head(), _rows(bill))


def file_name(bill: Bill, ending: str) -> str:
    """Of ASCII alone, so that every browser reads it the same."""
    return f"charges-{bill.month.first:%Y-%m}.{ending}"


def _head() -> list[str]:
    money = (_("Price"), _("Charged"), _("Paid in"))
    return [_("Date"), _("What for"), _("Quantity"), *map(money_label, money)]


def _rows(bill: Bill) -> list[sheets.Row]:
    digits = precision(workplace().currency)
    return [_row(total, bill, digits) for total in bill.totals]


def _row(total: Total, bill: Bill, digits: int) -> sheets.Row:
    charged = total.kind in CHARGED
    price, sums = abs(total.rate) if charged else total.rate, (-total.amount, 0) if charged else (0, total.amount)
    amounts = [Amount(value, digits) for value in (price, *sums)]
    return [total.day, bill.kind_words[total.kind], total.quantity, *amounts]
