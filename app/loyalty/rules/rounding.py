"""Rounding, and sharing out without losing or making anything: integers alone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Rounding(StrEnum):
    """How points earned are rounded, once for a purchase (LP-1)."""

    HUNDREDTHS = "hundredths"
    WHOLE = "whole"
    WHOLE_DOWN = "whole_down"
    WHOLE_UP = "whole_up"


def rounded(value: int, whole: int, rounding: Rounding) -> int:
    """`value` parts of which `whole` make a hundredth, as hundredths; halves go up. Nothing is negative here."""
    if rounding is Rounding.HUNDREDTHS:
        return half_up(value, whole)
    step = 100 * whole
    if rounding is Rounding.WHOLE_DOWN:
        return value // step * 100
    return (-(-value // step) if rounding is Rounding.WHOLE_UP else half_up(value, step)) * 100


def half_up(value: int, divisor: int) -> int:
    return (2 * value + divisor) // (2 * divisor)


def shared_out(amount: int, left: Mapping[int, int]) -> dict[int, int]:
    """An amount, at most the sum of all, over lines by what is left of each.

    Each line's share is what brings the sum so far to its place, so they add up and none exceeds its line.
    """
    total, so_far, given = sum(left.values()), 0, 0
    shares = {}
    for number in sorted(left):
        so_far += left[number]
        upto = half_up(min(amount, total) * so_far, total) if total else 0
        shares[number], given = upto - given, upto
    return shares
