"""Points as money, and money as points: one point pays one unit of the currency (LP-1)."""

from __future__ import annotations


def in_money(points: int, digits: int) -> int:
    """What points pay. A rest that is no money is left out."""
    return points * 10**digits // 100


def in_points(money: int, digits: int) -> int:
    """Hundredths of points that pay at most an amount: where its smallest unit is less, they are fewer."""
    return money * 100 // 10**digits


def pays_whole(points: int, digits: int) -> bool:
    """Whether points are an amount of the currency, of which nothing would be left out."""
    return in_points(in_money(points, digits), digits) == points
