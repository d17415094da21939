"""Before which bulk actions the password is asked for again (RELIABILITY: security; docs/decisions.md)."""

from __future__ import annotations

from collections.abc import Callable

from app.bulk.models import Batch

Question = Callable[[Batch], bool]

FEW = 10
"""So many could be done one by one, on their profiles, and nobody is asked there."""
MANY = 1_000
"""What is harmless to each of them, such as a tag, may be done to so many."""
MUCH = 1_000_000
"""10,000 points in all."""


def reaches_several(batch: Batch) -> bool:
    return _reached(batch) > FEW


def reaches_many(batch: Batch) -> bool:
    return _reached(batch) > MANY


def gives_much(batch: Batch) -> bool:
    """For what is given away: by its sum, and by the number of those who get it."""
    return int(batch.foreseen.get("amount", 0)) > MUCH or _reached(batch) > MANY


def _reached(batch: Batch) -> int:
    return int(batch.foreseen.get("done", 0))
