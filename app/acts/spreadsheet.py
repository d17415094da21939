"""The register of acts as XLSX: a line for each act that the list shows (BI-6)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.acts.listing import ListedAct, stage_words
from app.identity import workplace
from app.lib import sheets
from app.lib.formats import precision
from app.lib.sheets import Amount


def register_file(lines: list[ListedAct]) -> bytes:
    return sheets.xlsx_file(_("Register of acts")[:31], _head(), [_row(line) for line in lines if not line.draft])


def _head() -> list[str]:
    money = [f"{label}, {workplace().currency}" for label in (_("Net"), _("VAT"), _("Total"))]
    counts = [_("Transactions"), _("SMS segments")]
    return [_("Number"), _("Date"), _("Month"), _("Issued"), *counts, *money, _("Status"), _("Since")]


def _row(line: ListedAct) -> sheets.Row:
    digits, sums = precision(workplace().currency), line.sums
    money = [Amount(value, digits) for value in (sums.net, sums.vat, sums.total)]
    # The label of a month of another year than the series tells it already.
    month = line.label if line.month.year != line.year else f"{line.label} {line.year}"
    head: list[sheets.Cell] = [line.number, line.dated or "", month, line.issued or ""]
    since = line.since or line.issued or ""
    return [*head, sums.transactions, sums.segments, *money, stage_words()[line.stage], since]
