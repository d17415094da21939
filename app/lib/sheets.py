"""Tables as files, CSV and XLSX: each cell typed, and no text of anyone's that a spreadsheet would work out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import chain, islice

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.lib.decimals import fixed

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheets take for a formula (RELIABILITY: files out)."""
_AT_ONCE = 1_000
"""Rows of a file that is written piece by piece."""
_WIDTHS = {date: 12, str: 24}


@dataclass(frozen=True)
class Amount:
    """Money in the smallest unit of a currency with so many digits."""

    value: int
    digits: int

    def __str__(self) -> str:
        return fixed(self.value, self.digits)


class Phone(str):
    """In E.164: a sign and digits can be no formula, and whoever reads the file in again wants it as it is."""


Cell = str | int | date | Amount
Row = Sequence[Cell]


def csv_file(head: Sequence[str], rows: Iterable[Row], delimiter: str = ",") -> bytes:
    """In UTF-8 with the mark by which spreadsheets know it; days by ISO 8601, decimal points."""
    return b"".join(csv_pieces(head, rows, delimiter))


def csv_pieces(head: Sequence[str], rows: Iterable[Row], delimiter: str = ",") -> Iterator[bytes]:
    """The same as it is written, however many rows there are."""
    lines, encoding = chain((head,), rows), "utf-8-sig"
    while taken := list(islice(lines, _AT_ONCE)):
        text = StringIO(newline="")
        csv.writer(text, delimiter=delimiter).writerows([_plain(cell) for cell in row] for row in taken)
        yield text.getvalue().encode(encoding)
        encoding = "utf-8"


def xlsx_file(title: str, head: Sequence[str], rows: Sequence[Row]) -> bytes:
    """One sheet, its head frozen; text stays text, days are days and figures figures."""
    found = BytesIO()
    with Workbook(found, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = _Formats(book)
        for column, words in enumerate(head):
            sheet.write_string(0, column, words, strong)
            sheet.set_column(column, column, _WIDTHS.get(type(rows[0][column]), 14) if rows else 14)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, line, column, cell, formats)
        sheet.freeze_panes(1, 0)
    return found.getvalue()


class _Formats:
    """How cells are shown, made once for a book."""

    def __init__(self, book: Workbook) -> None:
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.number: Format = book.add_format({"num_format": "#,##0"})
        self._book = book
        self._amounts: dict[int, Format] = {0: self.number}

    def amount(self, digits: int) -> Format:
        if digits not in self._amounts:
            self._amounts[digits] = self._book.add_format({"num_format": "#,##0." + "0" * digits})
        return self._amounts[digits]


def _write(sheet: Worksheet, line: int, column: int, cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, Amount):
        value = Decimal(cell.value).scaleb(-cell.digits)
        sheet.write_number(line, column, value, formats.amount(cell.digits))
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, datetime.combine(cell, time()), formats.day)
    elif isinstance(cell, int):
        sheet.write_number(line, column, cell, formats.number)
    else:
        sheet.write_string(line, column, cell)


def _plain(cell: Cell) -> str:
    if isinstance(cell, str) and not isinstance(cell, Phone):
        return f"'{cell}" if cell.startswith(DANGEROUS) else cell
    return str(cell)
