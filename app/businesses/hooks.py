"""What later areas do when places change, and set up on pages of their own: hung in at start-up, unknown here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Action = Callable[[], None]


@dataclass(frozen=True)
class SettingsPage:
    """A page of settings that another area owns; the words are lazily translated."""

    label: object
    about: object
    endpoint: str


_regrouped: list[Action] = []
_settings: list[SettingsPage] = []


def add_settings_page(page: SettingsPage) -> None:
    """Hangs in a page that the settings lead to."""
    if page not in _settings:
        _settings.append(page)


def settings_pages() -> list[SettingsPage]:
    return _settings


def on_places_regrouped(action: Action) -> None:
    """Has `action` done whenever a point of sale changes its franchisee, in the same unit of work."""
    if action not in _regrouped:
        _regrouped.append(action)


def places_regrouped() -> None:
    """Does what waits for a change of franchisees; the scopes of figures name their new owners already."""
    for action in _regrouped:
        action()
