"""A customer's transactions as an address asks for them: lines, sums, what is open, links (CP-3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app.address import address, member
from app.paging import ARGS as PAGE_ARGS
from app.paging import Page, PageKey, page_of
from app.period import ARGS as PERIOD_ARGS
from app.period import Period
from app.transactions import queries
from app.transactions.figures import Figures
from app.transactions.lines import Lines, opened_transaction
from app.transactions.models import Status

MOST_AT_ONCE = 3_000
"""Transactions that are added up with the page; sums of more come after it, so that it opens as quickly as any."""
ARGUMENTS = ("status", *PERIOD_ARGS, *PAGE_ARGS)


class Transactions(Lines):
    """Reads an address and answers with what the page draws. Raises BadAddress, and NotFound for what is open."""

    def __init__(self, customer_id: int, args: Mapping[str, str], opened: int | None = None) -> None:
        self.customer_id = customer_id
        self.period = Period.from_args(args)
        self.key = PageKey.from_args(args)
        self.status = member(Status, args, "status")
        self.opened = opened_transaction(opened, customer_id) if opened else None

    @cached_property
    def page(self) -> Page[Row[Any]]:
        if self.period.fault:
            return Page([])
        chosen = queries.Chosen(self.customer_id, self.period, self.status)
        return page_of(queries.transactions(chosen, self.key), self.key)

    @cached_property
    def sums(self) -> Figures:
        return Figures() if self.period.fault else queries.sums(self.customer_id, self.period)

    @property
    def sums_come_later(self) -> bool:
        return queries.transaction_count(self.customer_id) > MOST_AT_ONCE

    @property
    def sums_href(self) -> str:
        return address("transactions.sums_of_customer", self.period.args(), customer_id=self.customer_id)

    @property
    def status_choices(self) -> list[tuple[str, str]]:
        return [("", _("All")), *((status.name.lower(), words) for status, words in self.status_words.items())]

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("transactions.of_customer", *parts, customer_id=self.customer_id)

    @property
    def filter_args(self) -> dict[str, str]:
        return ({"status": self.status.name.lower()} if self.status else {}) | self.period.args()
