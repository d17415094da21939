"""The ledger as its rules tell it, in a few plain lines: what the real one is compared with (RELIABILITY)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


class MissingError(Exception):
    """So much is not there."""

    def __init__(self, missing: int) -> None:
        super().__init__(missing)
        self.missing = missing


@dataclass
class PlainLot:
    remaining: int
    expires_at: datetime | None
    expired: int = 0


@dataclass
class PlainEntry:
    """A movement, the lots it took from and how much, and the lot it made."""

    amount: int
    taken: list[tuple[PlainLot, int]] = field(default_factory=list)
    made: PlainLot | None = None
    spent: bool = False
    reverses: bool = False
    undone: bool = False
    """Whole: only then is it named as reversed."""
    partly_undone: bool = False


@dataclass
class PlainWallet:
    """What one customer holds in one wallet."""

    lots: list[PlainLot] = field(default_factory=list)
    entries: list[PlainEntry] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(entry.amount for entry in self.entries)

    @property
    def soonest(self) -> tuple[datetime | None, int]:
        dates = [lot.expires_at for lot in self.lots if lot.remaining and lot.expires_at]
        first = min(dates, default=None)
        return first, sum(lot.remaining for lot in self.lots if first and lot.expires_at == first)

    def credit(self, amount: int, expires_at: datetime | None) -> PlainEntry:
        lot = PlainLot(amount, expires_at)
        self.lots.append(lot)
        return self._enter(PlainEntry(amount, made=lot))

    def spend(self, amount: int) -> PlainEntry:
        entry = self._take(amount, self._in_order())
        entry.spent = True
        return entry

    def take_back(self, number: int) -> None:
        """Undoes the credit that is the entry of this number: its own lot goes first. What expired is back already."""
        credited = self.entries[number]
        own = credited.made
        assert own is not None
        if amount := credited.amount - own.expired:
            self._take(amount, [own] + [lot for lot in self._in_order() if lot is not own])
        credited.undone, credited.partly_undone = not own.expired, own.expired > 0

    def restore(self, number: int) -> PlainEntry:
        spent = self.entries[number]
        spent.undone = True
        for lot, amount in spent.taken:
            lot.remaining += amount
        return self._enter(PlainEntry(-spent.amount, reverses=True))

    def to_undo(self, *, brought: bool) -> list[int]:
        """Numbers of the entries that can be taken back, or restored."""
        return [
            number
            for number, entry in enumerate(self.entries)
            if not (entry.undone or entry.partly_undone or entry.reverses)
            and (entry.made is not None if brought else entry.spent)
        ]

    def expire(self, now: datetime) -> int:
        """Answers with how many lots went."""
        gone = [lot for lot in self._in_order() if lot.expires_at and lot.expires_at <= now]
        for lot in gone:
            lot.expired += lot.remaining
            self._take(lot.remaining, [lot])
        return len(gone)

    def _in_order(self) -> list[PlainLot]:
        """Soonest-expiring first, of one moment the oldest; never-expiring last."""
        held = [lot for lot in self.lots if lot.remaining]
        dated = sorted((lot for lot in held if lot.expires_at), key=lambda lot: lot.expires_at)  # type: ignore[arg-type,return-value]
        return dated + [lot for lot in held if not lot.expires_at]

    def _take(self, amount: int, lots: list[PlainLot]) -> PlainEntry:
        there = sum(lot.remaining for lot in lots)
        if there < amount:
            raise MissingError(amount - there)
        taken, left = [], amount
        for lot in lots:
            part = min(left, lot.remaining)
            lot.remaining, left = lot.remaining - part, left - part
            taken += [(lot, part)] if part else []
        return self._enter(PlainEntry(-amount, taken))

    def _enter(self, entry: PlainEntry) -> PlainEntry:
        self.entries.append(entry)
        return entry
