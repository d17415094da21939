"""The panel of advanced filters over the table: open with what is being built, or closed with what is applied."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from app.address import address
from app.customers.asking import fields, setting
from app.customers.builder import Builder
from app.customers.condition_words import chips
from app.customers.conditions.meaning import problems
from app.customers.conditions.nodes import Group, Path
from app.customers.forms.filters import FRESH, unfinished
from app.customers.segments import is_changeable
from app.customers.table import NEW, CustomersTable


class FilterPanel:
    """What templates/customers/_filters.html draws.

    `insisting` says also what is still to be entered; `focus` is the key of the condition to go on with, or ADD.
    """

    ADD = "add"

    def __init__(self, table: CustomersTable, *, insisting: bool = False, focus: str | None = None) -> None:
        self.table = table
        self.focus = focus
        self.insisting = insisting or (table.draft is None and bool(table.filter.problems))

    @property
    def open(self) -> bool:
        """Whether it is being built, or must be mended before it selects anyone."""
        return self.table.draft is not None or bool(self.table.filter.problems)

    @cached_property
    def group(self) -> Group:
        """What is being built; a first condition to fill in where there is none."""
        shown = self.table.draft or self.table.filter.conditions
        return shown if shown and shown.members else Group(members=(FRESH,))

    @cached_property
    def builder(self) -> Builder:
        return Builder(self.group, self.errors)

    @cached_property
    def errors(self) -> dict[Path, str]:
        shown = self.table.filter
        # Places that this person does not see are no error in a segment of the brand, until it is changed.
        found = shown.problems if self.group == shown.conditions else problems(self.group, fields(), setting())
        quiet = [] if self.insisting else unfinished(self.group)
        return {path: words for path, words in found.items() if path not in quiet}

    @property
    def number(self) -> int:
        """How many conditions are applied."""
        applied = self.table.filter.conditions
        return sum(1 for _each in applied.conditions()) if applied else 0

    @property
    def chips(self) -> Sequence[str]:
        return chips(self.table.filter.conditions)

    @property
    def begun(self) -> bool:
        """Whether there is anything to clear."""
        return any(each != FRESH for _path, each in self.group.conditions()) or self.number > 0

    @property
    def changes_segment(self) -> bool:
        """Whether what is built may become the conditions of the segment that is open."""
        segment = self.table.filter.segment
        return segment is not None and is_changeable(segment)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form carries on of the address."""
        return list((self.table.filter.args() | self.table.sort_args() | self.table.open_args()).items())

    @property
    def open_href(self) -> str:
        return address("customers.index", self.table.filter.args(), self.table.sort_args(), {"draft": NEW})

    @property
    def close_href(self) -> str:
        return address("customers.index", self.table.filter.args(), self.table.sort_args())

    @property
    def matches_href(self) -> str:
        return address("customers.filter_matches", self.table.filter.args(), {"draft": self.table.draft_key or NEW})
