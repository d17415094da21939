"""The customers table as an address asks for it: which columns, in which order, from where, with which links."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Row

from app.accounts.queries import table_settings
from app.address import address, whole_number
from app.customers.cells import RowDrawer, RowLinks, Shown
from app.customers.columns import all_columns, column_named
from app.customers.conditions.nodes import Group
from app.customers.filters import CustomerFilter
from app.customers.queries import PAGE_SIZE, Page, customer_page
from app.customers.registry import Column, registry
from app.customers.saved_filters import Kept, keep, kept_as
from app.db import business_id
from app.errors import BadAddress
from app.identity import person
from app.paging import PageKey
from app.permissions import Permission

NAME = "customers"
STANDARD_SORT = "-last_at"
MOST_ROWS = 10**9
NEW = "new"
"""Instead of the key of a draft: what is built begins with what is applied."""


@dataclass(frozen=True)
class Head:
    """A column's head with its two ways of sorting."""

    key: str
    label: str
    kind: str
    numeric: bool
    rank: int
    sort_href: str
    sort_desc_href: str
    direction: str | None
    sortable: bool = True


@dataclass(frozen=True)
class Line:
    """A customer's row as it is drawn."""

    id: int
    name: str
    open: bool
    cells: Markup


class CustomersTable:
    """Reads an address and answers with what the page draws.

    Raises BadAddress for anything in the address that cannot be read: never other rows than asked.
    """

    ARGUMENTS = (*CustomerFilter.ARGUMENTS, "sort", "after", "before", "start", "open", "draft")

    def __init__(self, args: Mapping[str, str], chosen: CustomerFilter | None = None) -> None:
        self.filter = chosen or CustomerFilter.from_args(args)
        self.known = all_columns(registry.columns)
        self.sort = args.get("sort") or STANDARD_SORT
        self.descending = self.sort.startswith("-")
        self.sorted_by = column_named(self.known, self.sort.removeprefix("-"))
        self.key = PageKey.from_args(args)
        self.start = _start(args, self.key)
        self.opened = whole_number(args["open"], "open") if args.get("open") else None
        self.draft_key = args.get("draft") or None
        self.draft = drafted(self.filter, self.draft_key)

    @cached_property
    def shown(self) -> list[Column]:
        """The columns of this person, or the standard ones."""
        return shown_columns(self.known)

    @cached_property
    def page(self) -> Page:
        return customer_page(self.filter, self._fetched, self.sorted_by, self.descending, self.key)

    @cached_property
    def columns(self) -> list[Head]:
        return [self._head(column, self._ranks[column.key]) for column in self.shown]

    @cached_property
    def may_edit(self) -> bool:
        return person().may(Permission.EDIT_CUSTOMERS)

    @cached_property
    def duplicates_href(self) -> str | None:
        """Where likely duplicates are listed, for who may merge them (CP-9)."""
        return url_for("customers.duplicates") if person().may(Permission.MERGE_CUSTOMERS) else None

    @cached_property
    def bulk(self) -> dict[str, str] | None:
        """Where an action on the ticked, and on all that match, begins; None for who may do none (CT-10)."""
        known = registry.selection_action
        if known is None or not person().may(known.permission):
            return None
        return {"posted_to": url_for(known.posted_to), "href": address(known.asked_at, self.filter.args())}

    @cached_property
    def rows(self) -> list[Line]:
        return [self._line(row) for row in self.page.rows]

    @property
    def sort_options(self) -> list[tuple[str, str]]:
        """What a phone's select offers: each shown column both ways."""
        return [
            option
            for column in self.shown
            for option in ((column.key, f"{column.label} ↑"), (f"-{column.key}", f"{column.label} ↓"))
        ]

    @property
    def selection_key(self) -> str:
        """Names person, business and filter for the browser's ticks, and tells nothing of them."""
        content = repr((person().user_id, business_id(), sorted(self.filter.args().items())))
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @property
    def search_hidden(self) -> list[tuple[str, str]]:
        return list((self.filter.args() | self.sort_args() | self._draft_args()).items())

    @property
    def scope_hidden(self) -> list[tuple[str, str]]:
        return list(({"f": self.filter.key} if self.filter.key else {}).items() | self._draft_args().items())

    @property
    def count_href(self) -> str:
        return address("customers.count", self.filter.args())

    @property
    def sums_href(self) -> str:
        return address("customers.sums", self.filter.args())

    @property
    def clear_href(self) -> str:
        return address("customers.index", self.sort_args())

    def sort_args(self) -> dict[str, str]:
        return {} if self.sort == STANDARD_SORT else {"sort": self.sort}

    def open_args(self) -> dict[str, str]:
        return {"open": str(self.opened)} if self.opened else {}

    def drafting(self, group: Group) -> CustomersTable:
        """The same rows with something else being built in the panel."""
        key = keep(Kept(conditions=group), draft=True)
        return CustomersTable(self.filter.args() | self.sort_args() | self.open_args() | {"draft": key}, self.filter)

    @cached_property
    def here(self) -> str:
        """The address of this page, without what is open beside it."""
        return self._href(self._place_args())

    @property
    def here_opened(self) -> str:
        """The same with what is open."""
        return self.opened_at(self.opened) if self.opened else self.here

    def opened_at(self, customer_id: int) -> str:
        """The same with the drawer of a customer."""
        return _with(self.here, f"open={customer_id}")

    @property
    def previous_href(self) -> str | None:
        if not self.page.has_previous or not self.page.rows:
            return None
        start = {"start": str(max(1, self.start - PAGE_SIZE))} if self.start else {}
        return self._href({"before": str(self.page.rows[0].id)} | start)

    @property
    def next_href(self) -> str | None:
        if not self.page.has_next or not self.page.rows:
            return None
        start = {"start": str(self.start + len(self.page.rows))} if self.start else {}
        return self._href({"after": str(self.page.rows[-1].id)} | start)

    @property
    def empty_reason(self) -> str:
        return "no_match" if self.filter.narrowed else "no_customers"

    @property
    def _fetched(self) -> list[Column]:
        # A row's name is read out and shown by its links whether or not the name is among the columns.
        named = self.known["name"]
        return self.shown if named in self.shown else [*self.shown, named]

    def _line(self, row: Row[Any]) -> Line:
        name = f"{row.first_name} {row.last_name}".strip()
        cells = self._cells.draw(row.id, name, {column.key: column.cell(row) for column in self.shown})
        return Line(row.id, name, row.id == self.opened, cells)

    @cached_property
    def _cells(self) -> RowDrawer:
        return RowDrawer(
            [
                Shown(head.key, head.label, head.kind, head.numeric, head.rank, head.direction is not None)
                for head in self.columns
            ],
            RowLinks(
                profile=f"{address('customers.index')}/",
                # With all that the table is shown by, so that the drawer leads back to it.
                drawer=_with(
                    address(
                        *("customers.drawer", self.filter.args(), self.sort_args(), self._place_args()),
                        self._draft_args(),
                    ),
                    "id=",
                ),
                opened=_with(self.here, "open="),
                edit=f"/edit?{urlencode({'back': self.here})}" if self.may_edit else None,
            ),
        )

    @cached_property
    def _filtered(self) -> str:
        return address("customers.index", self.filter.args(), self._draft_args())

    @cached_property
    def _ranks(self) -> dict[str, int]:
        """How soon each column gives way where there is little room: 1 is the last, the sorted one stays long."""
        by_weight = sorted(self.shown, key=lambda column: 2 if column == self.sorted_by else column.rank)
        return {column.key: place for place, column in enumerate(by_weight, start=1)}

    def _head(self, column: Column, rank: int) -> Head:
        mine = column.key == self.sorted_by.key
        direction = ("descending" if self.descending else "ascending") if mine else None
        return Head(
            column.key,
            column.label,
            column.kind,
            column.numeric,
            rank,
            _with(self._filtered, f"sort={column.key}"),
            _with(self._filtered, f"sort=-{column.key}"),
            direction,
        )

    def _href(self, place: dict[str, str]) -> str:
        return address("customers.index", self.filter.args(), self.sort_args(), place, self._draft_args())

    def _draft_args(self) -> dict[str, str]:
        return {"draft": self.draft_key} if self.draft_key else {}

    def _place_args(self) -> dict[str, str]:
        if self.key is None:
            return {}
        return self.key.args() | ({"start": str(self.start)} if self.start else {})


def drafted(chosen: CustomerFilter, key: str | None) -> Group | None:
    """What is being built in the panel; None while the panel is closed. Raises BadAddress for an unknown key."""
    if key is None:
        return None
    return (chosen.conditions if key == NEW else kept_as(key).conditions) or Group()


def _with(href: str, more: str) -> str:
    return f"{href}{'&' if '?' in href else '?'}{more}"


def shown_columns(known: dict[str, Column]) -> list[Column]:
    """The columns that this person chose, as far as they still exist; the standard ones otherwise (CT-5)."""
    settings = table_settings(NAME)
    chosen = [known[key] for key in settings.columns if key in known] if settings else []
    return chosen or [column for column in known.values() if column.standard]


def _start(args: Mapping[str, str], key: PageKey | None) -> int | None:
    """The number of the first row: a hint that links hand on; unknown where an address lacks it."""
    if not args.get("start"):
        return 1 if key is None else None
    if key is None:
        raise BadAddress(_("“start” in this address counts from a customer, and none is named."))
    return whole_number(args["start"], "start", most=MOST_ROWS)
