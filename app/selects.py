"""The selects over a list: what each is called, offers and has chosen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple, TypeVar

from flask_babel import gettext as _

Options = list[tuple[str, str]]
Member = TypeVar("Member", bound=IntEnum)


class Select(NamedTuple):
    """A select over the lines; its groups are (label, options), options (value, words)."""

    name: str
    label: str
    choices: list[tuple[str | None, Options]]
    value: str


def select(
    name: str, label: str, choices: list[tuple[str | None, Options]], values: Mapping[str, str], every: str = ""
) -> Select:
    """`values` are those of the address; what nothing is chosen of is called `every`, or else All."""
    return Select(name, label, [(None, [("", every or _("All"))]), *choices], values.get(name, ""))


def members(words: Mapping[Member, str]) -> Options:
    """The members of an enumeration, each by its name in lower case."""
    return [(member.name.lower(), name) for member, name in words.items()]
