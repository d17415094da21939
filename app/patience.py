"""How long people wait for what comes after the rows, such as counts and sums: then it is given up, and says so."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from app.db import patience, rollback

Answer = TypeVar("Answer")

PATIENCE = 2000
"""Milliseconds after which a count or a sum is given up, and says so."""


def patiently(ask: Callable[[], Answer]) -> Answer | None:
    """The answer, or None when it would take longer than people wait for a hint."""
    return Patience().spend(ask)


class Patience:
    """How long people wait for hints that come together: what the first take, the last do not have."""

    def __init__(self) -> None:
        self.end = monotonic() + PATIENCE / 1000

    def spend(self, ask: Callable[[], Answer]) -> Answer | None:
        """The answer, or None when there is no time left for it."""
        left = int((self.end - monotonic()) * 1000)
        if left <= 0:
            return None
        try:
            with patience(left):
                return ask()
        except OperationalError:
            rollback()
            return None
