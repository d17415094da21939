"""Coupon series that rules may give: the area that keeps them hangs their names in at start-up (LP-2, LP-8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SeriesName:
    id: int
    title: str
    in_use: bool


Provider = Callable[[], Sequence[SeriesName]]
_providers: list[Provider] = []


def add_series_names(provider: Provider) -> None:
    """Hangs in who names every series of the business in force, in the order in which people know them."""
    if provider not in _providers:
        _providers.append(provider)


def series_names() -> list[SeriesName]:
    return [each for provider in _providers for each in provider()]
