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
        self._goods = structure.goods
        self._text = calendar.text
        self._place_of = {terminal: place for place in structure.places for terminal in place.terminals}
        self._belonging: dict[tuple[int, int], tuple[int, ...]] = {}
        """Program and Terminal → the scopes that a sale in it belongs to."""

    def rows(
        self, customer: int, sales: Iterable[Sale], programs: Iterable[int], registered_with: int | None
    ) -> Iterable[str]:
        """The customer's rows for COPY: with sales, and those that stand without (business, programs, franchisee)."""
        scopes, leaves = self._scopes, _by_leaf(sales)
        seen_by = {registered_with, *(self._place_of[terminal].franchisee for _program, terminal in leaves)}
        owners = sorted(owner for owner in seen_by if owner is not None)
        sums: dict[int, Sums] = {}
        for program in (None, *programs):
            for scope in (scopes.everywhere[program], *(scopes.franchisee[program, owner] for owner in owners)):
                sums[scope] = [0, 0, 0, 0]
        for (program, terminal), leaf in leaves.items():
            for scope in self._scopes_of(program, terminal):
                _add(sums.setdefault(scope, [0, 0, 0, 0]), leaf)
        return [self._row(customer, scope, each) for scope, each in sums.items()]

    def bought(self, customer: int, sales: Iterable[Sale]) -> Iterable[str]:
        """The customer's goods for COPY: in how many completed sales each, by program and Terminal."""
        counts: dict[tuple[str, int], int] = {}
        for sale in sales:
            if sale.kind == Kind.SALE and not sale.cancelled_at:
                leaf = self._scopes.terminal[sale.program, sale.terminal]
                for code in {line.good.code for line in sale.lines}:
                    counts[code, leaf] = counts.get((code, leaf), 0) + 1
        return [
            f"{self._business}\t{customer}\t{self._goods[code]}\t{leaf}\t{number}\n"
            for (code, leaf), number in counts.items()
        ]

    def _scopes_of(self, program: int, terminal: int) -> tuple[int, ...]:
        if (program, terminal) not in self._belonging:
            scopes, place = self._scopes, self._place_of[terminal]
            found: list[int] = []
            for each in (None, program):
                found += [scopes.everywhere[each], scopes.place[each, place.id], scopes.terminal[each, terminal]]
                if place.franchisee is not None:
                    found.append(scopes.franchisee[each, place.franchisee])
            self._belonging[program, terminal] = tuple(found)
        return self._belonging[program, terminal]

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
