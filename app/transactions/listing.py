"""A customer's transactions as an address asks for them: lines, sums, what is open, links (CP-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app.address import address
from app.errors import BadAddress
from app.paging import ARGS as PAGE_ARGS
from app.paging import Page, PageKey, page_of
from app.period import ARGS as PERIOD_ARGS
from app.period import Period
from app.transactions import queries
from app.transactions.models import Source, Status, Transaction, TransactionLine

MOST_AT_ONCE = 3_000
"""Transactions that are added up with the page; sums of more come after it, so that it opens as quickly as any."""
ARGUMENTS = ("status", *PERIOD_ARGS, *PAGE_ARGS)


@dataclass(frozen=True)
class Opened:
    """A transaction with its goods, and the names of what it is of."""

    row: Transaction
    place: str
    terminal: str
    program: str
    author: str | None
    goods: list[Good]

    @property
    def paid(self) -> int:
        """What was paid in money, in the smallest unit; a point pays one unit of the currency (LP-1)."""
        return self.row.amount - self.row.account_paid


@dataclass(frozen=True)
class Good:
    """A line of a transaction; money in the smallest unit, quantity in thousandths."""

    name: str
    code: str
    quantity: int
    price: int | None
    """Of one unit before discounts; None where nothing was counted."""
    discount: int
    amount: int


class Transactions:
    """Reads an address and answers with what the page draws. Raises BadAddress, and NotFound for what is open."""

    def __init__(self, customer_id: int, args: Mapping[str, str], opened: int | None = None) -> None:
        self.customer_id = customer_id
        self.period = Period.from_args(args)
        self.key = PageKey.from_args(args)
        self.status = _status(args.get("status", ""))
        self.opened = _opened(customer_id, opened) if opened else None

    @cached_property
    def page(self) -> Page[Row[Any]]:
        if self.period.fault:
            return Page([])
        chosen = queries.Chosen(self.customer_id, self.period, self.status)
        return page_of(queries.transactions(chosen, self.key), self.key)

    @cached_property
    def sums(self) -> queries.Sums:
        return queries.Sums() if self.period.fault else queries.sums(self.customer_id, self.period)

    @property
    def sums_come_later(self) -> bool:
        return queries.transaction_count(self.customer_id) > MOST_AT_ONCE

    @property
    def sums_href(self) -> str:
        return address("transactions.sums_of_customer", self.period.args(), customer_id=self.customer_id)

    @property
    def opened_elsewhere(self) -> bool:
        """Whether what is open is none of this page's lines, as when another page led to it."""
        return self.opened is not None and all(line.id != self.opened.row.id for line in self.page.lines)

    @property
    def narrowed(self) -> bool:
        return bool(self._filter_args)

    @property
    def status_choices(self) -> list[tuple[str, str]]:
        return [("", _("All")), *((status.name.lower(), words) for status, words in self.status_words.items())]

    @cached_property
    def status_words(self) -> dict[Status, str]:
        return {Status.COMPLETED: _("Completed"), Status.CANCELLED: _("Cancelled")}

    @cached_property
    def source_words(self) -> dict[Source, str]:
        return {Source.STORE: _("In store"), Source.API: _("API"), Source.PANEL: _("By hand")}

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("transactions.of_customer", *parts, customer_id=self.customer_id)

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return self.href(self._filter_args, place) if place else None

    def period_href(self, args: dict[str, str]) -> str:
        return self.href({name: value for name, value in self._filter_args.items() if name not in PERIOD_ARGS}, args)

    def line_href(self, number: int) -> str:
        """Opens a line, or closes it when it is open, and leaves the page as it is."""
        is_open = self.opened is not None and self.opened.row.id == number
        return self._base + ("" if is_open else f"/{number}") + self._query

    @cached_property
    def _base(self) -> str:
        return self.href()

    @cached_property
    def _query(self) -> str:
        return self.href(self._filter_args, self.key.args() if self.key else {}).removeprefix(self._base)

    @property
    def _filter_args(self) -> dict[str, str]:
        return ({"status": self.status.name.lower()} if self.status else {}) | self.period.args()


def _status(text: str) -> Status | None:
    if not text:
        return None
    known = {status.name.lower(): status for status in Status}
    if text not in known:
        raise BadAddress(_("There is no such status."))
    return known[text]


def _opened(customer_id: int, number: int) -> Opened:
    row = queries.transaction_named(customer_id, number)
    goods = [_good(line) for line in queries.goods_of(number)]
    return Opened(row.Transaction, row.place, row.terminal, row.program, row.author, goods)


def _good(line: TransactionLine) -> Good:
    price = (2000 * line.gross + line.quantity) // (2 * line.quantity) if line.quantity else None
    return Good(line.name, line.code, line.quantity, price, line.discount, line.gross - line.discount)
