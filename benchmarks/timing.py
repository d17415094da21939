"""Times of calls, taken in turns, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

TIMES, WARM_UP = 30, 5

Call = Callable[[int], float | None]
"""Does the thing measured; the number of the call lets it ask for something else each time. It may answer with the
milliseconds that count; else all of its time does."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds."""

    median: float
    p95: float
    p99: float
    mean: float

    def __str__(self) -> str:
        return f"{_figures(self.median)} ({_figures(self.p95)}) ms"


def in_turns(calls: Mapping[str, Call], times: int = TIMES) -> dict[str, Timing]:
    """Each call `times` times after a warm-up, one after another."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(-WARM_UP, times):
        for name, call in calls.items():
            began = time.perf_counter()
            counted = call(number)
            if number >= 0:
                taken[name].append((time.perf_counter() - began) * 1000 if counted is None else counted)
    return {name: _timing(each) for name, each in taken.items()}


def _timing(milliseconds: list[float]) -> Timing:
    parts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return Timing(statistics.median(milliseconds), parts[94], parts[98], statistics.fmean(milliseconds))


def _figures(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
