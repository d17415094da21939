"""Where areas hang the fields that conditions ask of, at start-up (CT-7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from app.customers.conditions.kinds import Kind
from app.customers.conditions.nodes import Group
from app.customers.registry import Sample, Source

Options = Sequence[tuple[str, str]]
"""Values and their words."""


def _nowhere(_asked: object) -> Any:
    raise LookupError("This field has conditions of its own, and no column.")


@dataclass(frozen=True)
class Field:
    """Something that is known of a customer, that a condition asks of.

    Conditions compare what the table shows: figures are those of the sample, category and access those of the
    program shown (CT-2).
    """

    key: str
    label: str
    kind: Kind
    section: object
    """Under which words it stands in the list of fields."""
    source: Callable[[Sample], Source] = _nowhere
    column: Callable[[FromClause], ColumnElement[Any]] = _nowhere
    """The value in the source's rows."""
    many: bool = False
    """Whether a customer may have several rows: then one that holds is enough."""
    options: Callable[[], Options] | None = None
    """What a choice is made from."""
    about: Callable[[FromClause], ColumnElement[Any]] | None = None
    """For a field of many names, such as tags by their key: what the name is compared with."""
    about_label: str = ""
    suggestions: Callable[[], Sequence[str]] | None = None
    """Names that are in use."""
    value_suggestions: Callable[[str], Sequence[str]] | None = None
    """Values that are in use under such a name."""
    nested: Callable[[int], Group] | None = None
    """The conditions that a value stands for, as a segment does."""
    readable: dict[int, bool] = field(default_factory=dict, compare=False, repr=False)
    """Of which of them it is known already that all can be read, or not: they may stand in one another many times."""


Fields = Mapping[str, Field]
Provider = Callable[[], Sequence[Field]]

_providers: list[tuple[int, Provider]] = []


def add_fields(place: int, provider: Provider) -> None:
    """Hangs fields in; providers are listed in the order of `place`."""
    if (place, provider) not in _providers:
        _providers.append((place, provider))
        _providers.sort(key=lambda entry: entry[0])


def every_field() -> dict[str, Field]:
    """All fields of the business at hand by their keys, in their order."""
    known = (each for _place, provider in _providers for each in provider())
    # A list is asked for once, however many conditions choose from it; and so is what a segment says.
    return {
        each.key: replace(each, options=each.options and cache(each.options), nested=each.nested and cache(each.nested))
        for each in known
    }
