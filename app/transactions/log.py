"""The log of all transactions as an address asks for it: lines, sums, what is open, links (TL-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row

from app.address import address
from app.identity import person
from app.paging import ARGS as PAGE_ARGS
from app.paging import Page, PageKey, page_of
from app.permissions import Permission
from app.selects import Select
from app.transactions.figures import Figures
from app.transactions.lines import Lines, opened_transaction
from app.transactions.log_choices import class_selects, place_selects
from app.transactions.log_filter import LogFilter
from app.transactions.log_queries import figures, log_lines
from app.transactions.models import Kind, Source, Status

ARGUMENTS = (*LogFilter.ARGUMENTS, *PAGE_ARGS)


@dataclass(frozen=True)
class Buyer:
    """Whose transaction it is, as far as this person may know: masked, with no way to the profile, or not."""

    name: str
    phone: str
    """E.164, or the last digits alone."""
    masked: bool
    href: str | None


@dataclass(frozen=True)
class Line:
    """A transaction as it is drawn."""

    id: int
    at: datetime
    kind: Kind
    source: Source
    status: Status
    place: str
    terminal: str
    amount: int
    points_earned: int
    points_spent: int
    buyer: Buyer


class Log(Lines):
    """Raises BadAddress for what cannot be read, NotFound for what is not there."""

    def __init__(self, args: Mapping[str, str], opened: int | None = None) -> None:
        self.filter = LogFilter.from_args(args)
        self.period = self.filter.period
        self.key = PageKey.from_args(args)
        self.opened = opened_transaction(opened) if opened else None

    @cached_property
    def page(self) -> Page[Line]:
        if self.period.fault:
            return Page([])
        masked = not person().may(Permission.READ_CUSTOMERS)
        rows = log_lines(self.filter, self.key, masked=masked)
        return page_of([_line(row, masked) for row in rows], self.key)

    @cached_property
    def sums(self) -> Figures:
        return Figures() if self.period.fault else figures(self.filter)

    @property
    def sums_href(self) -> str:
        return address("transactions.sums_of_log", self.filter_args)

    @property
    def sums_id(self) -> str:
        """Of one filter, so that paging leaves the sums as they are."""
        return "-".join(["sums", *(f"{name}-{value}" for name, value in self.filter_args.items())])

    @property
    def report_href(self) -> str:
        return address("transactions.report", self.filter.place_args(), self.period.args())

    @property
    def selects(self) -> list[Select]:
        return [*place_selects(self.filter), *class_selects(self.filter, self)]

    @property
    def filter_args(self) -> dict[str, str]:
        return self.filter.args()

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("transactions.index", *parts)


def _line(row: Row[Any], masked: bool) -> Line:
    buyer = _masked(row) if masked else _buyer(row)
    drawn = ("id", "at", "kind", "source", "status", "place", "terminal", "amount", "points_earned", "points_spent")
    return Line(**{name: getattr(row, name) for name in drawn}, buyer=buyer)


def _buyer(row: Row[Any]) -> Buyer:
    if row.customer_id is None:
        return Buyer("–", "", masked=False, href=None)
    if row.erased_at is not None:
        return Buyer(_("Erased customer"), "", masked=False, href=None)
    name = " ".join(filter(None, (row.first_name, row.last_name))) or _("No name")
    return Buyer(name, row.phone, masked=False, href=url_for("customers.profile", customer_id=row.customer_id))


def _masked(row: Row[Any]) -> Buyer:
    if row.erased_at is not None:
        return Buyer(_("Erased customer"), "", masked=True, href=None)
    return Buyer(f"{row.first_name}." if row.first_name else "", row.phone or "", masked=True, href=None)
