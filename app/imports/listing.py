"""Rows of an import as a page lists them: by what they do and why not, each with what it says (IM-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select

from app.address import address, member, whole_number
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.filters import in_points
from app.imports.models import ImportRow, RowState
from app.imports.pages import ImportPage
from app.imports.queries import PAGE_SIZE, refused_page, row_page
from app.imports.targets import CARDS, PHONE
from app.imports.words import state_words
from app.lib import formats
from app.lib.texts import preview

ARGUMENTS = ("state", "reason", "after")
_TONES = {RowState.NEW: "accent", RowState.UPDATED: "ok", RowState.UNCHANGED: "outline", RowState.REFUSED: "bad"}
_TOLD = ("first_name", "last_name", "phone", "email", "birthday", "language")
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
        now = self._customers()
        return [self._line(each, now) for each in self._found[:PAGE_SIZE]]

    @property
    def next_href(self) -> str | None:
        if len(self._found) <= PAGE_SIZE:
            return None
        return self.href(self.state, self.reason, self._found[PAGE_SIZE - 1].ImportRow.number)

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
    def _found(self) -> list[Row[Any]]:
        if self.state is RowState.REFUSED and not self.reason:
            return list(refused_page(self.page.id, self.after))
        return list(row_page(self.page.id, self.state, self.reason, self.after))

    def _line(self, found: Row[Any], now: Mapping[int, Customer]) -> Line:
        row: ImportRow = found.ImportRow
        state = RowState.REFUSED if found.later else row.state
        there = row.customer_id in now and state is not RowState.REFUSED
        return Line(
            row.number,
            formats.phone(row.phone) if row.phone else self._said(row, PHONE, CARDS),
            f"{row.first_name} {row.last_name}".strip() or self._said(row, "first_name", "last_name"),
            state_words(state),
            _TONES[state],
            self._about(row, found.later, now.get(row.customer_id or 0)),
            row.customer_id if there else None,
        )

    def _about(self, row: ImportRow, later: str | None, known: Customer | None) -> str:
        """Why it is refused; or else what it brings, and before it is written what it changes."""
        if later or row.state is RowState.REFUSED:
            return self.page.row_words.row(row, later)
        points = [in_points(row.points)] if row.points else []
        changed = self._changes(row, known) if known and not self.page.is_confirmed else []
        return ", ".join([*changed, *points])

    def _changes(self, row: ImportRow, known: Customer) -> list[str]:
        labels = self.page.row_words.labels
        said = [(name, getattr(row, name), getattr(known, name)) for name in _TOLD]
        return [f"{labels[name]}: {_words(old)} → {_words(new)}" for name, new, old in said if new and new != old]

    def _said(self, row: ImportRow, *keys: str) -> str:
        """What stands in the cells of these columns, of a row that is not understood."""
        cells = zip(self.page.job.mapping, row.raw, strict=False)
        return preview(" ".join(cell for key, cell in cells if key in keys and cell.strip()), _LONGEST)

    def _customers(self) -> dict[int, Customer]:
        """Whom the rows of the page are about, as far as they are customers by now."""
        ids = {each.ImportRow.customer_id for each in self._found if each.ImportRow.customer_id}
        mine = select(Customer).where(Customer.business_id == business_id(), Customer.id.in_(ids))
        return {each.id: each for each in db.session.scalars(mine.where(Customer.erased_at.is_(None)))} if ids else {}


def _words(value: object) -> str:
    return str(value) if value else "–"


def _many_words(state: RowState | None) -> str:
    return state_words(state) if state else _("All rows")
