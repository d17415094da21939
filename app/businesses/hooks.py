"""What later areas do when places change: they hang it in at start-up, as this area may not know them."""

from __future__ import annotations

from collections.abc import Callable

Action = Callable[[], None]

_regrouped: list[Action] = []


def on_places_regrouped(action: Action) -> None:
    """Has `action` done whenever a point of sale changes its franchisee, in the same unit of work."""
    if action not in _regrouped:
        _regrouped.append(action)


def places_regrouped() -> None:
    """Does what waits for a change of franchisees; the scopes of figures name their new owners already."""
    for action in _regrouped:
        action()
