"""Lists by key in general: their links, and the line that is open below its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from app.paging import Numbered, Page, PageKey
from app.period import ARGS as PERIOD_ARGS


class Lines(ABC):
    """A page of lines, one of which may be open."""

    key: PageKey | None

    @property
    @abstractmethod
    def open_row(self) -> Numbered | None:
        """What is open."""

    @property
    @abstractmethod
    def page(self) -> Page[Any]: ...

    @abstractmethod
    def href(self, *parts: Mapping[str, str]) -> str:
        """The list's address with these arguments."""

    @property
    def filter_args(self) -> dict[str, str]:
        """What of the address chooses lines."""
        return {}

    @property
    def opened_elsewhere(self) -> bool:
        """Whether what is open is none of this page's lines, as when another page led to it."""
        opened = self.open_row
        return opened is not None and all(line.id != opened.id for line in self.page.lines)

    @property
    def narrowed(self) -> bool:
        return bool(self.filter_args)

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return self.href(self.filter_args, place) if place else None

    def period_href(self, args: dict[str, str]) -> str:
        return self.href({name: value for name, value in self.filter_args.items() if name not in PERIOD_ARGS}, args)

    def line_href(self, number: int) -> str:
        """Opens a line, or closes it when it is open, and leaves the page as it is."""
        is_open = self.open_row is not None and self.open_row.id == number
        return self._base + ("" if is_open else f"/{number}") + self._query

    @cached_property
    def _base(self) -> str:
        return self.href()

    @cached_property
    def _query(self) -> str:
        return self.href(self.filter_args, self.key.args() if self.key else {}).removeprefix(self._base)
