"""Guessing codes does not pay: tries are counted at a Terminal, each before it is compared (LP-8)."""

from __future__ import annotations

from app.db import business_id, one_row

MOST, MINUTES = 20, 10
"""Wrong codes at a Terminal within so many minutes, after which no code is compared until they are over."""


class TooManyCodesError(Exception):
    """Too many codes were wrong at this Terminal just now."""


def take_code_try(terminal_id: int) -> None:
    """Counts a try, committed on its own. Raises TooManyCodesError."""
    counted = one_row("SELECT take_code_try(:business, :terminal) AS tries", **_here(terminal_id))
    if counted is None or counted.tries is None:
        raise TooManyCodesError


def give_code_try_back(terminal_id: int) -> None:
    """Takes the try off again, since its code was right, or could be nobody's."""
    one_row("SELECT give_code_try_back(:business, :terminal)", **_here(terminal_id))


def _here(terminal_id: int) -> dict[str, int]:
    return {"business": business_id(), "terminal": terminal_id}
