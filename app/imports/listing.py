"""Rows of an import as a page lists them: by what they do and why not, each with what it says (IM-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy import select

from app.address import address, member, whole_number
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.filters import in_points
from app.imports.changes import Changes
from app.imports.models import ImportRow, RowState
from app.imports.pages import ImportPage
from app.imports.queries import PAGE_SIZE, Found, refused_page, row_page
from app.imports.targets import CARDS, PHONE
from app.imports.words import state_words
from app.lib import formats
from app.lib.texts import preview

ARGUMENTS = ("state", "reason", "after")
_TONES = {RowState.NEW: "accent", RowState.UPDATED: "ok", RowState.UNCHANGED: "outline", RowState.REFUSED: "bad"}
_LONGEST = 60


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    href: str
    current: bool
    count: int


@dataclass(frozen=True)
class Line:
    """A row as it is shown."""

    number: int
    known_by: str
    name: str
    state_words: str
    tone: str
    about: str
    customer_id: int | None
    """Whose profile it leads to."""


class Rows:
    """What an address chooses of an import's rows, and a page of them. Raises BadAddress."""

    def __init__(self, page: ImportPage, args: Mapping[str, str]) -> None:
        self.page = page
        self.reason = args.get("reason", "")[:_LONGEST]
        self.state = RowState.REFUSED if self.reason else member(RowState, args, "state")
        self.after = whole_number(args["after"], "after") if args.get("after") else 0

    @cached_property
    def tabs(self) -> list[Tab]:
        page = self.page
        counts = {None: page.rows, RowState.NEW: page.new, RowState.UPDATED: page.updated}
        counts |= {RowState.UNCHANGED: page.unchanged, RowState.REFUSED: page.refused}
        return [
            Tab(
                state.name.lower() if state else "all",
                _many_words(state),
                self.href(state),
                state is self.state and not self.reason,
                number,
            )
            for state, number in counts.items()
        ]

    def href(self, state: RowState | None = None, reason: str = "", after: int = 0) -> str:
        said = {"state": state.name.lower() if state and not reason else "", "reason": reason}
        said |= {"after": str(after) if after else ""}
        return address("imports.show", {name: each for name, each in said.items() if each}, import_id=self.page.id)

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(each) for each in self._found[:PAGE_SIZE]]

    @property
    def next_href(self) -> str | None:
        if len(self._found) <= PAGE_SIZE:
            return None
        return self.href(self.state, self.reason, self._found[PAGE_SIZE - 1].row.number)

    @property
    def first_href(self) -> str | None:
        return self.href(self.state, self.reason) if self.after else None

    @property
    def all_refused_href(self) -> str:
        return self.href(RowState.REFUSED)

    @property
    def reason_words(self) -> str:
        return self.page.reason_words(self.reason)

    @cached_property
    def _found(self) -> list[Found]:
        if self.state is RowState.REFUSED:
            return refused_page(self.page.id, self.after, reason=self.reason)
        return row_page(self.page.id, self.state, self.after)

    def _line(self, found: Found) -> Line:
        row = found.row
        state = RowState.REFUSED if found.later else row.state
        there = row.customer_id in self._known and state is not RowState.REFUSED
        return Line(
            row.number,
            formats.phone(row.phone) if row.phone else self._said(row, PHONE, CARDS),
            f"{row.first_name} {row.last_name}".strip() or self._said(row, "first_name", "last_name"),
            state_words(state),
            _TONES[state],
            self._about(row, found.later),
            row.customer_id if there else None,
        )

    def _about(self, row: ImportRow, later: str | None) -> str:
        """Why it is refused; or else what it brings, and before it is written what it changes."""
        if later or row.state is RowState.REFUSED:
            return self.page.row_words.row(row, later)
        points = [in_points(row.points)] if row.points else []
        return ", ".join([*(self._changes.of(row) if not self.page.is_confirmed else []), *points])

    @cached_property
    def _changes(self) -> Changes:
        return Changes([each.row for each in self._found], self._known, self.page.job.program_id)

    def _said(self, row: ImportRow, *keys: str) -> str:
        """What stands in the cells of these columns, of a row that is not understood."""
        cells = zip(self.page.job.mapping, row.raw, strict=False)
        return preview(" ".join(cell for key, cell in cells if key in keys and cell.strip()), _LONGEST)

    @cached_property
    def _known(self) -> dict[int, Customer]:
        """Whom the rows of the page are about, as far as they are customers by now."""
        ids = {each.row.customer_id for each in self._found if each.row.customer_id}
        mine = select(Customer).where(Customer.business_id == business_id(), Customer.id.in_(ids))
        return {each.id: each for each in db.session.scalars(mine.where(Customer.erased_at.is_(None)))} if ids else {}


def _many_words(state: RowState | None) -> str:
    return state_words(state) if state else _("All rows")
