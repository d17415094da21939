"""Files of tables: every cell typed, and no text that a spreadsheet would take for a formula (RELIABILITY: files)."""

from __future__ import annotations

import csv
from datetime import date
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.sheets import DANGEROUS, Amount, Phone, csv_file, csv_pieces, xlsx_file

NAMES = {"": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_cells(content: bytes) -> list[tuple[str, str]]:
    """Every cell's type and what is kept in it, row by row; no formula anywhere."""
    with ZipFile(BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    assert sheet.find(".//f", NAMES) is None
    words = ["".join(each.itertext()) for each in shared.findall("si", NAMES)]
    cells = [(cell.get("t", "n"), cell.findtext("v", "", NAMES)) for cell in sheet.iterfind(".//c", NAMES)]
    return [(kind, words[int(value)]) if kind == "s" else (kind, value) for kind, value in cells]


def test_cells_are_typed() -> None:
    row = ("Podil", date(2026, 3, 5), 12, Amount(123_450, 2), Amount(-5, 2), Amount(700, 0))
    head = ["Place", "Date", "Sales", "Gross", "Less", "Yen"]
    assert csv_rows(csv_file(head, [row])) == [head, ["Podil", "2026-03-05", "12", "1234.50", "-0.05", "700"]]
    cells = xlsx_cells(xlsx_file("Report", head, [row]))
    # A day is the number of days since 1899-12-30.
    wanted = [("s", "Podil"), ("n", "46086"), ("n", "12"), ("n", "1234.50"), ("n", "-0.05"), ("n", "700")]
    assert cells[len(head) :] == wanted


@pytest.mark.parametrize("first", DANGEROUS)
def test_text_is_never_a_formula(first: str) -> None:
    text = f"{first}cmd|' /C calc'!A0"
    assert csv_rows(csv_file(["Name"], [[text]]))[1] == [f"'{text}"]
    assert xlsx_cells(xlsx_file("Report", ["Name"], [[text]]))[1][0] == "s"


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_no_text_breaks_a_file(rows: list[tuple[str, str]]) -> None:
    for row, kept in zip(rows, csv_rows(csv_file(["a", "b"], rows))[1:], strict=True):
        assert [
            cell.removeprefix("'") if text.startswith(DANGEROUS) else cell for text, cell in zip(row, kept, strict=True)
        ] == [*row]
        assert not any(cell.startswith(DANGEROUS) for cell in kept)
    assert all(kind in ("s", "n") for kind, _value in xlsx_cells(xlsx_file("Report", ["a", "b"], rows)))


def test_a_file_without_rows_has_its_head() -> None:
    assert csv_rows(csv_file(["a"], [])) == [["a"]]
    assert xlsx_cells(xlsx_file("Report", ["a"], [])) == [("s", "a")]


def test_a_phone_stays_as_it_is() -> None:
    assert csv_rows(csv_file(["Phone"], [[Phone("+380671112233")], ["+380671112233"]])) == [
        *(["Phone"], ["+380671112233"], ["'+380671112233"])
    ]


def test_a_long_file_is_written_piece_by_piece() -> None:
    pieces = list(csv_pieces(["Number"], ([number] for number in range(2_500))))
    assert len(pieces) == 3
    assert b"".join(pieces) == csv_file(["Number"], [[number] for number in range(2_500)])
    assert csv_rows(b"".join(pieces)) == [["Number"], *([str(number)] for number in range(2_500))]
