"""Segments as tabs over the table, with how many customers each has in the scope at hand (CT-9)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

from flask_babel import gettext as _

from app.address import address
from app.customers.filters import CustomerFilter
from app.customers.models import Segment
from app.customers.queries import customer_count
from app.customers.segments import conditions_of, names_of, segments
from app.db import business_id
from app.filters import language

MOST = 8
"""How many segments have a tab; all of them stand on their own page."""


@dataclass(frozen=True)
class SegmentTab:
    key: str
    label: str
    href: str
    current: bool


class SegmentTabs:
    """Those of a scope, the first by name; the segment that is open is always among them."""

    def __init__(self, chosen: CustomerFilter, sort_args: dict[str, str] | None = None) -> None:
        self.chosen = chosen
        self.sort_args = sort_args or {}

    @cached_property
    def known(self) -> list[Segment]:
        return segments()

    @cached_property
    def shown(self) -> list[Segment]:
        mine, first = self.chosen.segment, self.known[:MOST]
        return first if mine is None or mine in first else [*first[: MOST - 1], mine]

    @property
    def tabs(self) -> list[SegmentTab]:
        names = names_of(self.known)
        everyone = SegmentTab("all", _("All customers"), self._href(), self.chosen.segment is None)
        return [everyone, *(self._tab(each, names[each.id]) for each in self.shown)]

    @property
    def more(self) -> int:
        """How many have no tab."""
        return len(self.known) - len(self.shown)

    @property
    def counts_href(self) -> str:
        opened = {"segment": str(self.chosen.segment.id)} if self.chosen.segment else {}
        return address("customers.tab_counts", self.chosen.scope_args(), opened)

    @property
    def key(self) -> str:
        """Names what the numbers depend on, so that a strip whose numbers came stays while the page changes."""
        told = [(each.id, each.version) for each in self.shown]
        content = repr((business_id(), self.counts_href, self.sort_args, told, self.more, language()))
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def counting(self) -> dict[str, Callable[[], int | None]]:
        """By the key of each tab, what counts it; it answers None for a segment that cannot be read."""
        everyone = replace(self.chosen, search=None, conditions=None, segment=None, key=None)
        filters = {"all": everyone} | {
            str(each.id): replace(everyone, segment=each, conditions=conditions_of(each)) for each in self.shown
        }
        return {key: partial(_count, each) for key, each in filters.items()}

    def _tab(self, segment: Segment, name: str) -> SegmentTab:
        current = self.chosen.segment is not None and self.chosen.segment.id == segment.id
        return SegmentTab(str(segment.id), name, self._href({"segment": str(segment.id)}), current)

    def _href(self, segment: dict[str, str] | None = None) -> str:
        return address("customers.index", self.chosen.scope_args(), segment or {}, self.sort_args)


def _count(chosen: CustomerFilter) -> int | None:
    return None if chosen.problems else customer_count(chosen)
