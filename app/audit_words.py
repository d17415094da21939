"""What lines of the audit log are about, in words (PR-4): areas say at start-up how their things are called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from flask_babel import gettext as _

from app.locale import LANGUAGES

NOTHING = "–"
Words = Callable[[object], str]


class Fields(Protocol):
    """How the fields of a thing are called, and how a value of one reads."""

    def label(self, name: str) -> str: ...

    def words(self, name: str, value: object) -> str: ...


class KnownFields:
    """Fields by name, each with its label and the words for a value. What nobody knows stays as it is kept."""

    def __init__(self, known: Mapping[str, tuple[str, Words]]) -> None:
        self.known = known

    def label(self, name: str) -> str:
        return self.known[name][0] if name in self.known else name

    def words(self, name: str, value: object) -> str:
        """A value as people read it; – for none."""
        if value in (None, "", []):
            return NOTHING
        return self.known[name][1](value) if name in self.known else str(value)


@dataclass(frozen=True)
class Kind:
    """A kind of thing that lines are about, such as point_of_sale."""

    key: str
    label: object
    """In words, lazily translated, as are the actions."""
    actions: Mapping[str, object]
    """point_of_sale.add → what that means."""
    names: Callable[[Collection[int]], Mapping[int, str]]
    """Ids → names of those that are there, in one statement."""
    fields: Callable[[], Fields]
    """Made once for a page: it may look up what its words need."""
    href: Callable[[int], str] | None = None


_kinds: dict[str, Kind] = {}


def describe(kind: Kind) -> None:
    """Says how lines about a kind of thing read."""
    _kinds[kind.key] = kind


def kinds() -> Mapping[str, Kind]:
    """Every kind that was described, by its key."""
    return _kinds


def one_of(names: Mapping[str, str]) -> Words:
    """The name of what a value stands for; a value that is gone stays as it is."""
    return lambda value: names.get(str(value), str(value))


def yes_or_no(value: object) -> str:
    return _("Yes") if value else _("No")


def listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def in_languages(value: object) -> str:
    """A text in several languages."""
    if not isinstance(value, dict):
        return str(value)
    return "; ".join(f"{LANGUAGES.get(code, code)}: {text}" for code, text in value.items())
