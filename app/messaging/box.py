"""All messages as an address asks for them: lines, how many of each status, what is open, links (MS-1)."""

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
from app.lib import dates
from app.messaging import queries
from app.messaging.box_filter import BoxFilter
from app.messaging.lines import Line, Lines
from app.messaging.models import Channel, MessageStatus
from app.messaging.simulated import is_simulated
from app.paging import ARGS as PAGE_ARGS
from app.paging import Page, PageKey, page_of
from app.permissions import Permission
from app.selects import Select, members, select

ARGUMENTS = (*BoxFilter.ARGUMENTS, *PAGE_ARGS)


@dataclass(frozen=True)
class Who:
    """Whom a message is to or from."""

    name: str
    phone: str = ""
    href: str | None = None


@dataclass(frozen=True)
class Boxed:
    """A message with whom it is to or from."""

    id: int
    line: Line
    who: Who
    written: datetime
    reason: str


class Box(Lines):
    """Raises BadAddress for what cannot be read, NotFound for what is not there."""

    def __init__(self, args: Mapping[str, str], opened: int | None = None) -> None:
        self.filter = BoxFilter.from_args(args)
        self.period = self.filter.period
        self.key = PageKey.from_args(args)
        self.opened = self.open(queries.message_named(opened)) if opened else None

    @cached_property
    def page(self) -> Page[Boxed]:
        if self.period.fault:
            return Page([])
        rows = queries.box_page(self.filter, self.key)
        return page_of([self._boxed(row) for row in rows], self.key)

    @property
    def opened_who(self) -> Who:
        if self.opened is None:
            raise LookupError("No message is open.")
        return who(self.opened.found, self.opened.row.customer_id, self.opened.row.channel)

    @cached_property
    def counts(self) -> dict[MessageStatus, int]:
        return {} if self.period.fault else queries.box_counts(self.filter)

    @property
    def sums_href(self) -> str:
        return address("messaging.sums", self.filter_args)

    @property
    def sums_id(self) -> str:
        """Of one filter, so that paging leaves the sums as they are."""
        return "-".join(["sums", *(f"{name}-{value}" for name, value in self.filter_args.items())])

    @property
    def selects(self) -> list[Select]:
        values = self.filter_args
        return [
            select("unread", _("Reading"), [(None, [("yes", _("Unread"))])], values),
            select("direction", _("Direction"), [(None, members(self.direction_words))], values),
            select("channel", _("Channel"), [(None, members(self.channel_words))], values),
            select("kind", _("Kind"), [(None, members(self.kind_words))], values),
            select("status", _("Status"), [(None, members(self.status_words))], values),
        ]

    @property
    def simulator_href(self) -> str | None:
        """Where simulated phones are, for who may look at them; None where no channel goes there."""
        shown = person().may(Permission.HANDLE_MESSAGES) and is_simulated()
        return url_for("messaging.simulator") if shown else None

    @property
    def drawn_at(self) -> str:
        """What comes in later is not on this page."""
        return dates.now().isoformat(timespec="microseconds")

    @property
    def filter_args(self) -> dict[str, str]:
        return self.filter.args()

    @property
    def customer_name(self) -> str | None:
        """Whose messages alone are shown."""
        chosen = self.filter.customer
        return _name(chosen) if chosen else None

    @property
    def everyones_href(self) -> str:
        return self.href({name: value for name, value in self.filter_args.items() if name != "customer"})

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("messaging.index", *parts)

    def _boxed(self, row: Row[Any]) -> Boxed:
        line = self.line(row, row.beginning)
        return Boxed(row.id, line, who(row, row.customer_id, row.channel), row.created_at, row.reason)


def who(row: Row[Any], customer_id: int | None, channel: Channel) -> Who:
    """`row` has queries.WHO."""
    if customer_id is None:
        return Who("Regulars" if channel is Channel.PANEL else _("Unknown sender"))
    if row.erased_at is not None:
        return Who(_("Erased customer"))
    # Of a merged record the page leads on to the one that it was merged into.
    return Who(_name(row), row.phone, url_for("customers.profile", customer_id=customer_id))


def _name(row: Any) -> str:
    return " ".join(filter(None, (row.first_name, row.last_name))) or _("No name")
