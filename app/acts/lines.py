"""What an act's lines come to: charges of a month less what earlier acts of it have, VAT within (BI-4, BI-5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.acts.models import KeptLine
from app.billing.models import ChargeKind

CHARGED = (
    *(ChargeKind.MONTHLY_FEE, ChargeKind.TRANSACTION, ChargeKind.SMS, ChargeKind.VIBER),
    ChargeKind.CORRECTION,
)
"""What an act is about, in the order of its lines; what is paid in is none of it."""


@dataclass(frozen=True)
class Line:
    """What was charged of a kind at one price; a correction stands alone, with its reference."""

    kind: ChargeKind
    rate: int
    """What one changed the balance by, as charges have it."""
    quantity: int
    note: str = ""

    @property
    def price(self) -> int:
        return -self.rate

    @property
    def amount(self) -> int:
        return -self.rate * self.quantity

    def kept(self) -> KeptLine:
        return [int(self.kind), self.rate, self.quantity, self.note]

    @classmethod
    def from_kept(cls, kept: KeptLine) -> Line:
        kind, rate, quantity, note = kept
        return cls(ChargeKind(int(kind)), int(rate), int(quantity), str(note))


def less(charged: Iterable[Line], acted: Iterable[Line]) -> list[Line]:
    """What was charged and stands in no act yet, or the other way round with a quantity below zero; in order."""
    left: Counter[tuple[ChargeKind, int, str]] = Counter()
    for line in charged:
        left[line.kind, line.rate, line.note] += line.quantity
    for line in acted:
        left[line.kind, line.rate, line.note] -= line.quantity
    found = [Line(kind, rate, quantity, note) for (kind, rate, note), quantity in left.items() if quantity and rate]
    return sorted(found, key=lambda line: (CHARGED.index(line.kind), -line.price, line.note))


def total(lines: Sequence[Line]) -> int:
    return sum(line.amount for line in lines)


def quantity(lines: Sequence[Line], kind: ChargeKind) -> int:
    return sum(line.quantity for line in lines if line.kind is kind)


def vat_within(amount: int, rate: int | None) -> int:
    """The VAT that is within an amount, at a rate in hundredths of a percent; half a unit goes away from zero."""
    if not rate:
        return 0
    whole = 10_000 + rate
    part = (2 * abs(amount) * rate + whole) // (2 * whole)
    return part if amount >= 0 else -part
