"""How movements change what a customer holds: pure, over lots that are held already (RELIABILITY: money and points).

Amounts are in the wallet's smallest unit: hundredths of a point, or of the currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.ledger.models import EntryKind


class ShortfallError(Exception):
    """There is not enough: `missing` is exactly how much, `wallet_id` where."""

    def __init__(self, wallet_id: int, missing: int) -> None:
        super().__init__(f"wallet {wallet_id}: {missing} missing")
        self.wallet_id = wallet_id
        self.missing = missing


@dataclass(frozen=True)
class Move:
    """One movement in a wallet. `key` makes it happen once, such as sale:<transaction>."""

    wallet_id: int
    kind: EntryKind
    key: str
    note: str = ""


@dataclass(frozen=True)
class Credit(Move):
    """Comes in as a lot of its own; without `expires_at` it never expires, and is spent last."""

    amount: int = 0
    expires_at: datetime | None = None
    title: str = ""


@dataclass(frozen=True)
class Spend(Move):
    """Goes out of the lots that expire soonest."""

    amount: int = 0


@dataclass(frozen=True)
class TakeBack(Move):
    """Undoes a credit: its own lot goes first, then, where that was spent, as if it were spent.

    What of it has expired is back already, and no other lot pays for that (TE-5).
    """

    entry_id: int = 0


@dataclass(frozen=True)
class Restore(Move):
    """Undoes what took from lots: the same lots have it back, with their dates."""

    entry_id: int = 0


@dataclass(frozen=True)
class Part:
    """What moves of a lot between two records of one person, with its date and where it first came in."""

    lot_id: int
    amount: int
    expires_at: datetime | None
    origin_id: int
    title: str = ""


@dataclass(frozen=True)
class HandOver(Move):
    """Goes out of the lots that are named, to another record (CP-9)."""

    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class TakeOver(Move):
    """The other end of it: comes in as lots with the same dates."""

    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Posted:
    """A movement as it was written."""

    entry_id: int
    wallet_id: int
    amount: int
    """Signed."""
    balance_after: int


@dataclass(frozen=True)
class Lot:
    """A lot as it is held. One that is not written yet has a negative id, and no entry before it.

    `entry_id` is what its points first came in with, before they went from one record to another.
    """

    id: int
    amount: int
    remaining: int
    expires_at: datetime | None
    entry_id: int = 0
    title: str = ""
    origin_id: int | None = None

    @property
    def lent(self) -> bool:
        """Whether it comes from another record in this very unit of work."""
        return self.id < 0 and self.origin_id is not None

    @property
    def order(self) -> tuple[bool, float, bool, int]:
        """Soonest-expiring first, never-expiring last; of those of one moment the oldest."""
        until = self.expires_at.timestamp() if self.expires_at else 0
        return self.expires_at is None, until, self.id < 0, abs(self.id)


@dataclass(frozen=True)
class Undone:
    """An entry that is to be undone: its amount, what it took from which lot, and what of what it brought expired."""

    amount: int
    taken: tuple[tuple[int, int], ...] = ()
    expired: int = 0


@dataclass(frozen=True)
class Line:
    """What is to be written of one movement: the lots it took from and those it made, and what it undoes."""

    move: Move
    amount: int
    balance_after: int
    uses: tuple[tuple[int, int], ...] = ()
    made: tuple[Lot, ...] = ()
    reverses: int | None = None


@dataclass
class Holding:
    """What a customer holds in one wallet, while its balance is locked."""

    wallet_id: int
    amount: int
    lots: dict[int, Lot]
    lines: list[Line] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    """Lots whose remainder changed."""

    def apply(self, move: Move, moment: datetime, undone: Undone | None = None) -> Line | None:
        """One movement, once what is past its date is out: what the one before it brought back may be.

        None where nothing is left to be taken back. Raises ShortfallError, and then nothing of it has happened.
        """
        self.expire(moment)
        match move:
            case Credit():
                self._credit(move)
            case Spend():
                self._spend(move, move.amount, self.in_order())
            case TakeBack() if undone is not None:
                self._take_back(move, undone)
            case Restore() if undone is not None:
                self._restore(move, undone)
            case HandOver():
                self._hand_over(move)
            case TakeOver():
                self._take_over(move)
            case _:
                raise TypeError(f"{move} is no movement that can be applied.")
        return self.lines[-1] if self.lines and self.lines[-1].move is move else None

    def to_take_back(self, entry_id: int, undone: Undone) -> int:
        """What of a credit is still to be taken back: all but what expired, before or just now."""
        uses = [use for line in self.lines if line.move.kind is EntryKind.EXPIRED for use in line.uses]
        gone = sum(amount for lot, amount in uses if self.lots[lot].entry_id == entry_id)
        return max(undone.amount - undone.expired - gone, 0)

    def expire(self, moment: datetime) -> None:
        """Takes out what is past its date, also where no job has run: it can be spent no more."""
        for lot in self.in_order():
            if lot.expires_at is not None and lot.expires_at <= moment:
                move = Spend(self.wallet_id, EntryKind.EXPIRED, f"expire:{lot.id}", amount=lot.remaining)
                self._spend(move, lot.remaining, [lot])

    def available(self, moment: datetime) -> int:
        """What can be spent: all but what is past its date."""
        gone = (lot.remaining for lot in self.lots.values() if lot.expires_at is not None and lot.expires_at <= moment)
        return self.amount - sum(gone)

    @property
    def soonest(self) -> tuple[datetime | None, int]:
        """When what expires soonest does, and how much it is; None and 0 when nothing does."""
        dated = [lot for lot in self.lots.values() if lot.remaining and lot.expires_at is not None]
        first = min((lot.expires_at for lot in dated if lot.expires_at is not None), default=None)
        return first, sum(lot.remaining for lot in dated if lot.expires_at == first)

    def in_order(self) -> list[Lot]:
        """The lots that something remains of, in the order in which they are spent."""
        return sorted((lot for lot in self.lots.values() if lot.remaining), key=lambda lot: lot.order)

    def _credit(self, move: Credit) -> None:
        if move.amount <= 0:
            raise ValueError("A credit brings something in.")
        lot = self._made(move.amount, move.expires_at, move.title)
        self._line(move, move.amount, made=(lot,))

    def _spend(self, move: Move, amount: int, lots: Iterable[Lot], reverses: int | None = None) -> None:
        if amount <= 0:
            raise ValueError("A spend takes something out.")
        uses: list[tuple[int, int]] = []
        left = amount
        for lot in lots:
            taken = min(left, lot.remaining)
            if taken:
                uses.append((lot.id, taken))
                left -= taken
        if left:
            raise ShortfallError(self.wallet_id, left)
        self._take(uses)
        self._line(move, -amount, tuple(uses), reverses=reverses)

    def _take_back(self, move: TakeBack, undone: Undone) -> None:
        own = [lot for lot in self.in_order() if lot.entry_id == move.entry_id or lot.lent]
        others = [lot for lot in self.in_order() if lot not in own]
        amount = self.to_take_back(move.entry_id, undone)
        if amount:
            # Only an entry that is taken back whole is named as reversed, as the proof of the ledger has it.
            reverses = move.entry_id if amount == undone.amount else None
            self._spend(move, amount, [*own, *others], reverses=reverses)

    def _hand_over(self, move: HandOver) -> None:
        uses = [(part.lot_id, part.amount) for part in move.parts]
        self._take(uses)
        self._line(move, -sum(amount for _lot, amount in uses), tuple(uses))

    def _take_over(self, move: TakeOver) -> None:
        made = [self._made(part.amount, part.expires_at, part.title, part.origin_id) for part in move.parts]
        self._line(move, sum(part.amount for part in move.parts), made=tuple(made))

    def _made(self, amount: int, expires_at: datetime | None, title: str, origin_id: int | None = None) -> Lot:
        lot = Lot(min([0, *self.lots]) - 1, amount, amount, expires_at, title=title, origin_id=origin_id)
        self.lots[lot.id] = lot
        return lot

    def _restore(self, move: Restore, undone: Undone) -> None:
        self._take([(number, -amount) for number, amount in undone.taken])
        self._line(move, -undone.amount, reverses=move.entry_id)

    def _take(self, uses: Sequence[tuple[int, int]]) -> None:
        for number, amount in uses:
            lot = self.lots[number]
            self.lots[number] = replace(lot, remaining=lot.remaining - amount)
            self.changed.add(number)

    def _line(
        self,
        move: Move,
        amount: int,
        uses: tuple[tuple[int, int], ...] = (),
        made: tuple[Lot, ...] = (),
        reverses: int | None = None,
    ) -> None:
        self.amount += amount
        self.lines.append(Line(move, amount, self.amount, uses, made, reverses))


@dataclass
class Filling(Holding):
    """A holding that only credits come to: none of its lots is past its date, so none was read."""

    first: tuple[datetime | None, int] = (None, 0)
    """`soonest` of the lots that were not read."""

    def apply(self, move: Move, moment: datetime, undone: Undone | None = None) -> Line | None:
        """One credit. Raises TypeError for any other movement: it would not see the lots."""
        if not isinstance(move, Credit):
            raise TypeError(f"{move} is no credit.")
        return super().apply(move, moment, undone)

    @property
    def soonest(self) -> tuple[datetime | None, int]:
        """The same of lots that were not read and those that were made."""
        both = [(ends, amount) for ends, amount in (self.first, super().soonest) if ends is not None]
        first = min((ends for ends, _amount in both), default=None)
        return first, sum(amount for ends, amount in both if ends == first)
