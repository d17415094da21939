"""Rows on their way into the table, as COPY reads them: made of records by whatever process has time for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from app.customers.search import document
from app.imports.cleaning import Clean, Cleaner
from app.imports.parsing import Record
from app.lib.collation import sort_key

COLUMNS = (
    *("number", "raw", "reason", "detail", "phone", "first_name", "last_name", "first_name_key", "last_name_key"),
    *("email", "birthday", "language", "cards", "answers", "points", "document"),
)
_NULL = "\\N"
_NOTHING = "\t".join(("",) * 6 + (_NULL, "", "{}", "[]", "0", ""))
"""What a row says that is not understood."""


class Line(NamedTuple):
    """A row: its number and cells, why it is refused, what it says. Between processes a tuple goes quickest."""

    number: int
    head: str
    reason: str = ""
    detail: str = ""
    tail: str = _NOTHING
    marks: tuple[str, ...] = ()
    """By which it is known whom it is about."""

    @property
    def text(self) -> str:
        return f"{self.head}\t{self.reason}\t{self.detail}\t{self.tail}\n"

    def refused(self, reason: str) -> Line:
        """It cannot be taken, whatever it says."""
        return self._replace(reason=reason, detail="", tail=_NOTHING, marks=())


def lines(records: Iterable[Record], after: int, cleaner: Cleaner, business: int) -> Iterator[Line]:
    """Rows behind the one of that number, each as what it says."""
    for number, record in enumerate(records, after + 1):
        clean = cleaner.clean(record)
        head = f"{number}\t{_plain(_json(record.cells))}"
        if clean.reason:
            yield Line(number, head, clean.reason, clean.detail)
        else:
            yield Line(number, head, tail=_tail(clean, business), marks=marks_of(clean.phone, clean.cards))


def marks_of(phone: str, cards: Sequence[str]) -> tuple[str, ...]:
    """A card's begins with a blank, which no phone has."""
    return (*([phone] if phone else []), *(f" {card}" for card in cards))


def told_once(found: Iterable[Line], seen: dict[str, int]) -> Iterator[Line]:
    """The same lines; one about whom an earlier one tells is refused."""
    for line in found:
        first = note(seen, line.number, line.marks)
        yield line if first == line.number else line._replace(reason="double", detail=str(first))


def note(seen: dict[str, int], number: int, marks: Iterable[str]) -> int:
    """The first row that has one of these marks, mostly the one at hand."""
    return min([seen.setdefault(mark, number) for mark in marks], default=number)


def _tail(clean: Clean, business: int) -> str:
    said = clean.values
    first, last, email = said.get("first_name", ""), said.get("last_name", ""), said.get("email", "")
    found_by = document(
        business,
        first_name=first,
        last_name=last,
        phone=clean.phone,
        email=email,
        cards=clean.cards,
        national=clean.national,
    )
    birthday = said.get("birthday")
    parts = (
        *(clean.phone, _plain(first), _plain(last), _plain(sort_key(first)), _plain(sort_key(last)), _plain(email)),
        *(birthday.isoformat() if birthday else _NULL, said.get("language", ""), _plain(_array(clean.cards))),
        _plain(_json(clean.answers)) if clean.answers else "[]",
        str(said.get("points", 0)),
        _plain(found_by),
    )
    return "\t".join(parts)


_json: Any = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _plain(words: str) -> str:
    """Words as COPY's text takes them."""
    if "\\" in words:
        words = words.replace("\\", "\\\\")
    if words.isprintable():
        return words
    return words.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _array(words: Sequence[str]) -> str:
    quoted = (each.replace("\\", "\\\\").replace('"', '\\"') for each in words)
    return "{" + ",".join(f'"{each}"' for each in quoted) + "}"
