"""Files as people have them are read, whatever their encoding, delimiter and quotes (IM-1)."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from app.imports.parsing import (
    LONGEST_CELL,
    MOST_COLUMNS,
    Format,
    NoTextError,
    Record,
    count_lines,
    guess,
    open_content,
    plain,
    preview,
    records,
)

UTF8 = Format("utf-8", ",")


def rows(content: bytes, how: Format = UTF8, width: int = 2) -> list[Record]:
    return list(records(open_content(content, how), how, width))


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter"),
    [
        ("Телефон;Ім'я\n+380501112233;Олена\n", "utf-8", ";"),
        ("Телефон;Имя\n+380501112233;Олена\n", "cp1251", ";"),
        ("Phone,Name\n+380501112233,Olena\n", "utf-8-sig", ","),
        ("Phone\tName\n+380501112233\tOlena, junior\n", "utf-8", "\t"),
        ("Phone|Name\r\n+380501112233|Olena\r\n", "utf-8", "|"),
        ('Phone,Note\n+380501112233,"a;b;c;d"\n+380501112234,"e;f;g;h"\n', "utf-8", ","),
        ("Phone\n+380501112233\n", "utf-8", ","),
        ("Телефон\tІм'я\n+380501112233\tОлена\n", "utf-16", "\t"),
        ("sep=;\nPhone;Name,or,what\n+380501112233;a,b,c\n", "utf-8-sig", ";"),
        ("\n;;\nPhone;Name;City\n+380501112233;Olena;Kyiv\n", "utf-8", ";"),
    ],
)
def test_encoding_and_delimiter_are_guessed(text: str, encoding: str, delimiter: str) -> None:
    """IM-1."""
    assert guess(text.encode(encoding)) == Format(encoding, delimiter)


def test_a_preview_names_the_columns_and_shows_the_first_rows() -> None:
    content = "Телефон;;Имя \n+380501112233;x;Олена;more\n+380501112234\n".encode("cp1251")
    shown = preview(content, guess(content))
    assert shown.columns == ["Телефон", "2", "Имя"]
    assert shown.rows == [["+380501112233", "x", "Олена"], ["+380501112234", "", ""]]
    assert preview(content, Format("cp1251", ";", has_header=False)).rows[0][0] == "Телефон"


@pytest.mark.parametrize("before", ["\n", " , \n\n", "sep=,\n", "SEP=,\r\n\n", "\ufeffsep=,\n"])
def test_what_programs_write_before_the_header_is_no_row(before: str) -> None:
    """Blank lines, and Excel's own word about the delimiter."""
    content = f"{before}Phone,Name\n+380501112233,Olena\n".encode()
    assert preview(content, guess(content)).columns == ["Phone", "Name"]
    assert [each.cells for each in rows(content)] == [["+380501112233", "Olena"]]


@pytest.mark.parametrize("begun", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1", b"%PDF-1.7"])
def test_what_is_no_text_is_not_guessed_at(begun: bytes) -> None:
    with pytest.raises(NoTextError):
        guess(begun + bytes(100))


def test_an_empty_file_has_no_columns() -> None:
    for content in (b"", b"\n\n", b"\xef\xbb\xbf"):
        assert preview(content, guess(content)).columns == []
        assert rows(content, guess(content)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like_and_blank_ones_are_none(end: str) -> None:
    content = end.join(["a,b", "1,2", "", " , ", "3,4"]).encode()
    assert [each.cells for each in rows(content)] == [["1", "2"], ["3", "4"]]


def test_quoted_cells_may_hold_delimiters_quotes_and_lines() -> None:
    content = b'a,b\n"1,""2""","3\n4"\n5,6\n'
    assert [each.cells for each in rows(content)] == [['1,"2"', "3\n4"], ["5", "6"]]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"Olena,+380501112233', ['"Olena', "+380501112233"]),
        ('Olena,"+380501112233', ["Olena", '"+380501112233']),
    ],
)
def test_a_quote_that_is_not_closed_swallows_no_other_row(line: str, cells: list[str]) -> None:
    content = "\n".join(["a,b", "1,2", line, "3,4", *["5,6"] * 100, '7,"8"']).encode()
    found = rows(content)
    assert found[1] == Record(cells, "quotes")
    assert [each.cells for each in found if not each.reason] == [
        ["1", "2"],
        ["3", "4"],
        *[["5", "6"]] * 100,
        ["7", "8"],
    ]


def test_two_open_quotes_do_not_swallow_what_is_between() -> None:
    content = b'a,b\n"1,2\n3,4\n"5,6\n7,8\n'
    found = rows(content)
    assert [each.cells for each in found if not each.reason] == [["3", "4"], ["7", "8"]]
    assert [each.reason for each in found] == ["quotes", "", "quotes", ""]


def test_a_quote_within_a_word_is_a_letter() -> None:
    assert rows(b'a,b\n5" pipe,6\nx,y"\n')[0] == Record(['5" pipe', "6"])


def test_what_is_too_much_is_cut_and_told() -> None:
    """RELIABILITY: files in."""
    long = "x" * (LONGEST_CELL + 1)
    wide = ",".join("1" for _each in range(MOST_COLUMNS + 50))
    million = "y" * 3_000_000
    found = rows(f"a,b\n{long},1\n{wide}\n{million},2\n3,4,5\n6,7\n".encode())
    assert [each.reason for each in found] == ["too_long", "columns", "too_long", "cells", ""]
    assert [len(each.cells) for each in found] == [2, MOST_COLUMNS, 2, 3, 2]
    assert max(len(cell) for each in found for cell in each.cells) == LONGEST_CELL
    assert rows(f"a,b\n{'ї' * 2_049},1\n".encode())[0].reason == "too_long"


def test_nul_and_foreign_bytes_become_what_can_be_kept() -> None:
    assert rows(b"a,b\nx\0y,\xff\xfe\n")[0].cells == ["x\ufffdy", "\ufffd\ufffd"]
    assert rows(b"a,b\n" + b"\x98,1\n", Format("cp1251", ","))[0].cells == ["\ufffd", "1"]


def test_what_was_made_text_for_spreadsheets_is_read_as_it_was() -> None:
    assert [plain(each) for each in ("'+380", "'=1", "'x", "O'Hara", "'")] == ["+380", "=1", "'x", "O'Hara", "'"]


def test_lines_are_counted() -> None:
    assert count_lines([b"a\nb\nc\n"]) == 3
    assert count_lines([b"a\rb\rc"]) == 2


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=30)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=30))
def test_what_csv_writes_is_read_again(table: list[list[str]]) -> None:
    """What a program writes that knows the rules comes out as it was."""
    text = StringIO(newline="")
    csv.writer(text).writerows([["a", "b", "c"], *table])
    found = rows(text.getvalue().encode(), width=3)
    told = [row for row in table if any(map(str.strip, row))]
    assert [each.cells for each in found] == told
    assert not any(each.reason for each in found)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(content: bytes) -> None:
    """RELIABILITY: inputs."""
    try:
        how = guess(content)
    except NoTextError:
        reject()
    shown = preview(content, how)
    for each in records(open_content(content, how), how, len(shown.columns)):
        assert all("\0" not in cell and len(cell.encode()) <= LONGEST_CELL for cell in each.cells)
