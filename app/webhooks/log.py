"""The log of deliveries as an address asks for it: lines, what is open, sums, links (AP-1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.exceptions import NotFound

from app.address import address
from app.lines import Lines
from app.paging import ARGS as PAGE_ARGS
from app.paging import Page, PageKey, page_of
from app.selects import Select, members, select
from app.webhooks import queries
from app.webhooks.events import ABOUT
from app.webhooks.log_filter import LogFilter
from app.webhooks.models import Attempt, Delivery, Endpoint, Event, Fault, State
from app.webhooks.services.claiming import body_of

ARGUMENTS = (*LogFilter.ARGUMENTS, *PAGE_ARGS)


class Words:
    """How states, events and faults are called."""

    @property
    def states(self) -> dict[State, str]:
        return {State.WAITING: _("Waiting"), State.DELIVERED: _("Delivered"), State.FAILED: _("Failed")}

    @property
    def faults(self) -> dict[str, str]:
        return {
            Fault.NOT_PUBLIC: _("The name leads to no public address"),
            Fault.NOT_REACHED: _("Not reached"),
            Fault.NO_ANSWER: _("No answer"),
            Fault.UNSIGNED: _("The secret cannot be read; make a new one"),
        }

    @property
    def about(self) -> Mapping[Event, object]:
        return ABOUT


@dataclass(frozen=True)
class Opened:
    """A delivery with all that is known of it."""

    row: Delivery
    endpoint: Endpoint
    message: str
    payload: str
    """As it is sent, drawn apart."""
    attempts: list[Attempt]

    @classmethod
    def of(cls, found: Row[Any]) -> Opened:
        row, happened = found.Delivery, found.Happened
        payload = json.dumps(json.loads(body_of(happened)), ensure_ascii=False, indent=2)
        return cls(row, found.Endpoint, f"evt_{happened.id}", payload, list(queries.attempts(row.id)))

    @property
    def may_go_again(self) -> bool:
        return self.endpoint.disabled_at is None and self.endpoint.removed_at is None

    @property
    def is_watched(self) -> bool:
        """Whether an answer is likely to come in a moment."""
        return self.row.state is State.WAITING and self.may_go_again and self.row.tries <= 1


class Log(Words, Lines):
    """Raises BadAddress for what cannot be read, NotFound for what is not there."""

    def __init__(self, args: Mapping[str, str], opened: int | None = None) -> None:
        self.filter = LogFilter.from_args(args)
        self.period = self.filter.period
        self.key = PageKey.from_args(args)
        self.endpoints = {each.id: each for each in queries.logged_endpoints(self.filter.endpoint)}
        self.opened = Opened.of(queries.delivery_named(opened)) if opened else None
        if self.filter.endpoint and self.filter.endpoint not in self.endpoints:
            raise NotFound

    @property
    def open_row(self) -> Delivery | None:
        return self.opened.row if self.opened else None

    @cached_property
    def page(self) -> Page[Row[Any]]:
        return Page([]) if self.period.fault else page_of(queries.deliveries(self.filter, self.key), self.key)

    @cached_property
    def counts(self) -> dict[State, int]:
        return {} if self.period.fault else queries.counts(self.filter)

    @property
    def selects(self) -> list[Select]:
        values, named = self.filter_args, [(str(each.id), _name(each)) for each in self.endpoints.values()]
        types = {event: event.type for event in Event}
        return [
            select("address", _("Address"), [(None, named)], values),
            select("event", _("Event"), [(None, members(types))], values),
            select("state", _("State"), [(None, members(self.states))], values),
        ]

    @property
    def again_href(self) -> str | None:
        """Where what failed of this is sent again; None where it is not what is asked for."""
        asked = self.filter.state is State.FAILED and self.page.lines
        return address("webhooks.replay_failed", self.filter_args) if asked else None

    @property
    def sums_href(self) -> str:
        return address("webhooks.sums", self.filter_args)

    @property
    def sums_id(self) -> str:
        """Of one filter, so that paging leaves the sums as they are."""
        return "-".join(["sums", *(f"{name}-{value}" for name, value in self.filter_args.items())])

    @property
    def filter_args(self) -> dict[str, str]:
        return self.filter.args()

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("webhooks.log", *parts)


def _name(each: Endpoint) -> str:
    return _("%(name)s (removed)", name=each.name) if each.removed_at else each.name
