"""Refused rows as a page has them mended: cell by cell, those that have a meaning and those that are too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from flask import url_for
from flask_babel import gettext as _

from app.imports.models import ImportRow
from app.imports.pages import ImportPage
from app.imports.parsing import LONGEST_CELL
from app.imports.queries import Found, refused_page
from app.imports.targets import CARDS, LEFT_OUT, PHONE, POINTS

MOST_ROWS, MOST_LETTERS = 25, 100_000
"""What one form holds, far below what it may be large."""
_CARDS, _PHONE = ("two_cards", "taken_card", "many_cards"), ("taken_phone", "other_phone", "no_plus")
_LIES_IN = {"nobody": (PHONE, CARDS)} | dict.fromkeys(_CARDS, (CARDS,)) | dict.fromkeys(_PHONE, (PHONE,))
_LIES_IN |= dict.fromkeys(("left", "blacklisted"), (POINTS,))


@dataclass(frozen=True)
class MendingCell:
    name: str
    label: str
    holds: str
    value: str
    is_wrong: bool


@dataclass(frozen=True)
class MendingRow:
    number: int
    reason_words: str
    cells: list[MendingCell]


class Mending:
    """A page of refused rows, behind one."""

    def __init__(self, page: ImportPage, after: int = 0) -> None:
        self.page = page
        self.after = after

    @cached_property
    def rows(self) -> list[MendingRow]:
        words = self.page.row_words
        return [MendingRow(each.row.number, words.row(each.row, each.later), self._cells(each)) for each in self._shown]

    def changed(self, sent: Mapping[str, str]) -> dict[int, list[str]]:
        """The rows in which something is different now, whole, by their numbers."""
        found = {}
        for each in self._shown:
            row = each.row
            cells = self._wide(row)
            for place in self._places(row):
                typed = sent.get(_name(row, place))
                if typed is not None and typed != _in_a_line(cells[place]):
                    cells[place] = typed[: LONGEST_CELL + 1]
            if cells != self._wide(row):
                found[row.number] = cells
        return found

    @property
    def href(self) -> str:
        return url_for("imports.ask_mending", import_id=self.page.id, after=self.after or None)

    @property
    def next_href(self) -> str | None:
        if len(self._shown) == len(self._found):
            return None
        last = self._shown[-1].row.number
        return url_for("imports.ask_mending", import_id=self.page.id, after=last)

    @property
    def first_href(self) -> str | None:
        return url_for("imports.ask_mending", import_id=self.page.id) if self.after else None

    @cached_property
    def _found(self) -> list[Found]:
        return refused_page(self.page.id, self.after, MOST_ROWS + 1)

    @cached_property
    def _shown(self) -> list[Found]:
        """As many as fit, and at least one."""
        shown: list[Found] = []
        letters = 0
        for each in self._found[:MOST_ROWS]:
            letters += sum(map(len, each.row.raw))
            if shown and letters > MOST_LETTERS:
                break
            shown.append(each)
        return shown

    def _cells(self, found: Found) -> list[MendingCell]:
        row = found.row
        wrong = _LIES_IN.get(found.later or row.reason, (row.detail,))
        cells = self._wide(row)
        return [
            MendingCell(
                _name(row, place),
                self._label(place),
                self.page.row_words.labels.get(self._key(place), ""),
                _in_a_line(cells[place]),
                self._key(place) in wrong or place >= len(self.page.job.columns),
            )
            for place in self._places(row)
        ]

    def _places(self, row: ImportRow) -> Iterator[int]:
        """Of the cells that mean something, and of those behind the last column."""
        width = len(self.page.job.columns)
        return (place for place in range(max(width, len(row.raw))) if place >= width or self._key(place) != LEFT_OUT)

    def _wide(self, row: ImportRow) -> list[str]:
        return row.raw + [""] * (len(self.page.job.columns) - len(row.raw))

    def _key(self, place: int) -> str:
        mapping = self.page.job.mapping
        return mapping[place] if place < len(mapping) else LEFT_OUT

    def _label(self, place: int) -> str:
        columns = self.page.job.columns
        return columns[place] if place < len(columns) else _("Cell %(number)d", number=place + 1)


def _name(row: ImportRow, place: int) -> str:
    return f"cell-{row.number}-{place}"


def _in_a_line(cell: str) -> str:
    """As the field of a form has it, which holds one line."""
    return cell.replace("\r", "").replace("\n", "")
