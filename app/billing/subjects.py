"""What a charge was for, in words: each kind is explained by the area whose things it charges, which comes later."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from app.billing.models import ChargeKind


@dataclass(frozen=True)
class Subject:
    """A sale or a message as a list of charges shows it; who it was with is masked (the accountant reads it)."""

    words: str
    detail: str = ""
    href: str | None = None
    """Where it stands; None for who may not go there."""
    cancelled: bool = False


Explain = Callable[[Collection[int]], Mapping[int, Subject]]

_EXPLAINED: dict[ChargeKind, Explain] = {}


def explain(kind: ChargeKind, by: Explain) -> None:
    """Registers at start-up what finds the subjects of a kind by their ids."""
    _EXPLAINED[kind] = by


def subjects(kind: ChargeKind, ids: Collection[int]) -> Mapping[int, Subject]:
    """Those that are known; one that is gone is left out."""
    return _EXPLAINED[kind](ids) if ids and kind in _EXPLAINED else {}
