"""Things of one kind that are told apart by their names."""

from __future__ import annotations

from collections.abc import Iterable


class NameTakenError(Exception):
    """Another thing of the kind has this name."""


def check_name(name: str, others: Iterable[str]) -> None:
    """Raises NameTakenError."""
    if name.casefold() in {each.casefold() for each in others}:
        raise NameTakenError
