"""Figures by scope, summed while sales are made: the generator's own account, against which a rebuild is compared."""

from __future__ import annotations

from collections.abc import Iterable

from app.demo.book import Sale
from app.demo.calendar import NEVER, Calendar
from app.demo.structure import Structure
from app.transactions.models import Kind

# Count, amount, first, last.
Sums = list[int]


class Figures:
    """Sums up the sales of one customer after another."""

    def __init__(self, structure: Structure, calendar: Calendar) -> None:
        self._business = structure.business
        self._scopes = structure.scopes
        self._text = calendar.text
        self._above: dict[int, tuple[int, int, int | None]] = {}
        """Terminal → its scope, its place's, its franchisee's."""
        for place in structure.places:
            owner = structure.scopes.franchisee[place.franchisee] if place.franchisee else None
            for terminal in place.terminals:
                self._above[terminal] = structure.scopes.terminal[terminal], structure.scopes.place[place.id], owner

    def rows(
        self, customer: int, sales: Iterable[Sale], programs: Iterable[int], registered_with: int | None
    ) -> Iterable[str]:
        """The customer's rows for COPY: with sales, and those that stand without (business, programs, franchisee)."""
        scopes = self._scopes
        sums: dict[int, Sums] = {scopes.business: [0, 0, 0, 0]}
        for program in programs:
            sums[scopes.program[program]] = [0, 0, 0, 0]
        if registered_with is not None:
            sums[scopes.franchisee[registered_with]] = [0, 0, 0, 0]
        for (program, terminal), leaf in _by_leaf(sales).items():
            scope, place, owner = self._above[terminal]
            sums[scopes.leaf[program, terminal]] = leaf
            for each in (scopes.business, scopes.program[program], scope, place, owner):
                if each is not None:
                    _add(sums.setdefault(each, [0, 0, 0, 0]), leaf)
        return [self._row(customer, scope, each) for scope, each in sums.items()]

    def _row(self, customer: int, scope: int, sums: Sums) -> str:
        count, amount, first, last = sums
        if not count:
            return f"{self._business}\t{scope}\t{customer}\t0\t0\t0\t{NEVER}\t{NEVER}\n"
        average = (2 * amount + count) // (2 * count)
        return (
            f"{self._business}\t{scope}\t{customer}\t{count}\t{amount}\t{average}"
            f"\t{self._text(first)}\t{self._text(last)}\n"
        )


def _by_leaf(sales: Iterable[Sale]) -> dict[tuple[int, int], Sums]:
    """Completed sales by program and Terminal."""
    leaves: dict[tuple[int, int], Sums] = {}
    for sale in sales:
        if sale.kind == Kind.SALE and not sale.cancelled_at:
            one = [1, sale.gross - sale.discount, sale.at, sale.at]
            leaf = leaves.get((sale.program, sale.terminal))
            if leaf is None:
                leaves[sale.program, sale.terminal] = one
            else:
                _add(leaf, one)
    return leaves


def _add(sums: Sums, more: Sums) -> None:
    if sums[0]:
        sums[2] = min(sums[2], more[2])
        sums[3] = max(sums[3], more[3])
    else:
        sums[2:] = more[2:]
    sums[0] += more[0]
    sums[1] += more[1]
