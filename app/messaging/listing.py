"""A customer's messages as an address asks for them: lines, what is open, links (CP-4)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from app.address import address
from app.messaging import queries
from app.messaging.lines import Line, Lines
from app.paging import Page, PageKey, page_of


class Messages(Lines):
    """Reads an address and answers with what the page draws. Raises BadAddress, and NotFound for what is open."""

    def __init__(self, customer_id: int, args: Mapping[str, str], opened: int | None = None) -> None:
        self.customer_id = customer_id
        self.key = PageKey.from_args(args)
        self.opened = self.open(queries.message_named(opened, customer_id)) if opened else None

    @cached_property
    def page(self) -> Page[Line]:
        found = page_of(queries.messages(self.customer_id, self.key), self.key)
        return Page([self.line(row, row.beginning) for row in found.lines], found.previous, found.next)

    @property
    def log_href(self) -> str:
        """Where they stand among all messages, and can be narrowed."""
        return address("messaging.index", {"customer": str(self.customer_id)})

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("messaging.of_customer", *parts, customer_id=self.customer_id)
