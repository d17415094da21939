"""Memory and connections of a run, looked at again and again, and whether they stay as they are."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, linear_regression

import psutil

from tests.bulk.fleet import Fleet

WARM = 0.25
"""Of the time, in which caches fill."""
MOST_GROWTH, LEAST = 0.05, 6.0
"""Of what is held, and megabytes that tell nothing: so much may come to it from when all is warm to the end."""
MOST_MORE = 3
"""Connections that a peak may have more in the second half than in the first."""
_CONNECTIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename = 'regulars_app'"
)


@dataclass
class Watch:
    """Samples by name, each with its second."""

    fleet: Fleet
    seconds: list[float] = field(default_factory=list)
    samples: dict[str, list[float]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        self.seconds.append(time.monotonic() - self.began)
        for name, value in self._values().items():
            self.samples.setdefault(name, []).append(value)

    def _values(self) -> dict[str, float]:
        """Megabytes in memory, by service; jobs that a worker forks come and go, and are left out."""
        held: dict[str, float] = {}
        for each in self.fleet.services:
            assert each.child is not None
            held[each.name] = held.get(each.name, 0) + _megabytes(each.child.pid, deep=each.name == "web")
        rows = self.fleet.ask(_CONNECTIONS)
        return held | {"connections": float(rows[0][0])}

    def table(self) -> str:
        return "\n".join(f"  {name:<12}{self._told(values)}" for name, values in self.samples.items())

    def _told(self, values: Sequence[float]) -> str:
        warm = self._warm(values)
        grown = growth(self._warm(self.seconds), warm)
        return f"{min(warm):7.1f} to {max(warm):7.1f}, in all {grown:+6.1f}"

    def faults(self) -> list[str]:
        found = []
        for name, values in self.samples.items():
            warm = self._warm(values)
            if name == "connections":
                first, second = warm[: len(warm) // 2], warm[len(warm) // 2 :]
                if max(second) > max(first) + MOST_MORE:
                    found.append(f"{name}: at most {max(first):.0f}, then {max(second):.0f}")
            elif growth(self._warm(self.seconds), warm) > max(LEAST, MOST_GROWTH * fmean(warm)):
                found.append(f"{name}: {self._told(values)}")
        return found

    def _warm(self, values: Sequence[float]) -> list[float]:
        return list(values[int(len(values) * WARM) :])


def growth(seconds: Sequence[float], values: Sequence[float]) -> float:
    """By the straight line that fits best, from the first to the last."""
    return linear_regression(seconds, values).slope * (seconds[-1] - seconds[0])


def _megabytes(process: int, *, deep: bool) -> float:
    parent = psutil.Process(process)
    family = [parent, *(parent.children(recursive=True) if deep else [])]
    # What is shared counts in each: a page that a fork shares belongs to its parent alone as soon as it has ended.
    return sum(float(each.memory_info().rss) for each in family) / 2**20
