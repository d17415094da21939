"""Files of rows as people have them: whatever the encoding, the delimiter, the quotes, each record is read (IM-1).

Nothing here is strict: what cannot be understood stands in its record, and the next one is read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, dropwhile, islice
from typing import NamedTuple, TextIO

csv.field_size_limit(2**30)
MOST_BYTES, MOST_ROWS = 10 * 2**20, 100_000
"""Of a file that comes by the form; a larger one goes by the command (RELIABILITY: files in)."""
MOST_COLUMNS, LONGEST_CELL = 100, 4096
"""LONGEST_CELL in bytes of UTF-8."""
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1251")
DELIMITERS = (",", ";", "\t", "|")
SHOWN = 10
_LOOKED_AT, _LONGEST_LINE, _MOST_LINES = 50, 2**20, 50
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# How the files of spreadsheets and of PDF begin: ZIP, OLE and their own words.
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-")
_HINT = re.compile(r"\ufeff?sep=(.)", re.IGNORECASE)
"""The first line by which Excel tells itself the delimiter."""
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_END = ("", False)


class NoTextError(Exception):
    """The file is a spreadsheet's own, or another that holds no text."""


@dataclass(frozen=True)
class Format:
    """How a file is to be read."""

    encoding: str
    delimiter: str
    has_header: bool = True


class Record(NamedTuple):
    """A row's cells, cut to what may be kept; `reason` is why it cannot be taken."""

    cells: list[str]
    reason: str = ""


@dataclass(frozen=True)
class Preview:
    """How a file begins: the names of its columns, and its first rows."""

    columns: list[str]
    rows: list[list[str]]


def guess(content: bytes) -> Format:
    """How a file seems to be read, by how it begins and whether it is UTF-8. Raises NoTextError."""
    if content.startswith(_NO_TEXT):
        raise NoTextError
    encoding = _guess_encoding(content)
    start = io.StringIO(content[: 2**16].decode(encoding, "replace"), newline=None)
    lines = [line for line in islice(start, _LOOKED_AT) if line.strip()]
    if lines and (hint := _HINT.fullmatch(lines[0].rstrip("\n"))) and hint[1] in DELIMITERS:
        return Format(encoding, hint[1])
    return Format(encoding, _guess_delimiter(lines[:-1] if len(lines) > 2 else lines))


def preview(content: bytes, how: Format) -> Preview:
    """The first rows."""
    return preview_of(open_content(content, how), how)


def preview_of(stream: TextIO, how: Format) -> Preview:
    """The first rows of an open file."""
    records = [each.cells for each in islice(_begun(stream, how.delimiter), SHOWN + 1)]
    width = min(MOST_COLUMNS, max(map(len, records), default=0))
    if how.has_header and records:
        head, *records = records
        width = min(MOST_COLUMNS, len(head))
    else:
        head = []
    return Preview(_named(head, width), [_wide(row, width) for row in records[:SHOWN]])


def open_content(content: bytes, how: Format) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(content), encoding=how.encoding, errors="replace", newline=None)


def records(stream: TextIO, how: Format, width: int) -> Iterator[Record]:
    """The rows behind the header, each of `width` cells; blank ones are none."""
    found = _begun(stream, how.delimiter, width)
    if how.has_header:
        next(found, None)
    for each in found:
        if not _is_blank(each):
            yield _fitted(each, width)


def count_lines(blocks: Iterable[bytes]) -> int:
    """About how many rows there are."""
    return sum(block.count(b"\n") or block.count(b"\r") for block in blocks)


def plain(cell: str) -> str:
    """A cell without what spreadsheets and our own files put before it, lest it be taken for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULAS else cell


def _guess_encoding(content: bytes) -> str:
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def _guess_delimiter(lines: list[str]) -> str:
    """The one by which most lines fall into as many parts as the first."""
    best, found = (0, 0), DELIMITERS[0]
    for each in DELIMITERS:
        widths = [len(record.cells) for record in _records(io.StringIO("".join(lines)), each)]
        width = widths[0] if widths else 0
        score = (widths.count(width) if width > 1 else 0, width)
        if score > best:
            best, found = score, each
    return found


def _begun(stream: TextIO, delimiter: str, width: int = 0) -> Iterator[Record]:
    """The records behind the blank ones that some programs write first, and behind a word about the delimiter."""
    found = dropwhile(_is_blank, _records(stream, delimiter, width))
    first = next(found, None)
    if first is None:
        return found
    if _HINT.fullmatch(delimiter.join(first.cells)):
        return dropwhile(_is_blank, found)
    return chain((first,), found)


def _is_blank(record: Record) -> bool:
    return not any(map(str.strip, record.cells))


def _records(stream: TextIO, delimiter: str, width: int = 0) -> Iterator[Record]:
    """Record by record. A quote that is never closed is taken for a letter: it swallows no line behind its own."""
    lines = _Lines(stream, delimiter, width)
    for line, whole in lines:
        if '"' not in line:
            yield _cut(line.split(delimiter), "" if whole else "too_long")
        elif (cells := lines.quoted(line)) is not None:
            yield _cut(cells, "" if whole else "too_long")
        else:
            yield _cut(line.split(delimiter), "quotes")


class _Lines:
    """The lines of a file without their ends, each with whether it is whole: a monstrous one is cut."""

    def __init__(self, stream: TextIO, delimiter: str, width: int) -> None:
        self.stream, self.delimiter, self.width = stream, delimiter, width
        self.ahead: list[tuple[str, bool]] = []

    def __iter__(self) -> Iterator[tuple[str, bool]]:
        while (found := self._next()) is not None:
            yield found

    def quoted(self, line: str) -> list[str] | None:
        """The cells that begin in a line, with the lines behind it that stand in their quotes.

        None, and none of those read, when a quote is not closed soon, or not where the last column would end.
        """
        behind: list[tuple[str, bool]] = []
        try:
            cells = next(csv.reader(self._feed(line, behind), delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            if not behind:
                # A quote is closed within a cell of this very line, and more stands behind it: letters all.
                return next(csv.reader([line], delimiter=self.delimiter), [])
            cells = []
        if behind and (not cells or (self.width and len(cells) != self.width)):
            self.ahead += [each for each in reversed(behind) if each != _END]
            return None
        return cells

    def _feed(self, line: str, behind: list[tuple[str, bool]]) -> Iterator[str]:
        """What the reader of a record asks for, line by line; _END stands for what it asked for in vain."""
        yield f"{line}\n"
        while len(behind) < _MOST_LINES and (following := self._next()) is not None:
            behind.append(following)
            yield f"{following[0]}\n"
        behind.append(_END)

    def _next(self) -> tuple[str, bool] | None:
        return self.ahead.pop() if self.ahead else self._read()

    def _read(self) -> tuple[str, bool] | None:
        line = self.stream.readline(_LONGEST_LINE)
        if not line:
            return None
        whole = line.endswith("\n") or len(line) < _LONGEST_LINE
        rest = line
        while not whole and rest and not rest.endswith("\n"):
            rest = self.stream.readline(_LONGEST_LINE)
        return line.rstrip("\n"), whole


def _cut(cells: list[str], reason: str) -> Record:
    """Cells as long and as many as may be kept, of letters that the database takes."""
    kept = [_cell(each) for each in cells[: MOST_COLUMNS + 1]]
    if len(kept) > MOST_COLUMNS:
        return Record(kept[:MOST_COLUMNS], reason or "columns")
    if any(len(each) > 1024 and len(each.encode()) > LONGEST_CELL for each in kept):
        return Record([_short(each) for each in kept], reason or "too_long")
    return Record(kept, reason)


def _cell(text: str) -> str:
    cut = text[: LONGEST_CELL + 1]
    return cut.replace("\0", "\ufffd") if "\0" in cut else cut


def _short(cell: str) -> str:
    return cell.encode()[:LONGEST_CELL].decode("utf-8", "ignore")


def _fitted(record: Record, width: int) -> Record:
    """Cells behind the last column have no meaning: something was parted that belongs together."""
    cells = record.cells
    if len(cells) > width and any(map(str.strip, cells[width:])):
        return Record(cells, record.reason or "cells")
    return Record(_wide(cells, width), record.reason)


def _wide(cells: list[str], width: int) -> list[str]:
    return cells[:width] + [""] * (width - len(cells))


def _named(head: list[str], width: int) -> list[str]:
    """The columns' names; one without a name is called by its number."""
    names = (" ".join(each.split())[:200] for each in _wide(head, width))
    return [name or str(number) for number, name in enumerate(names, 1)]
