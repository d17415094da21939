"""What is written down while customers live: transactions, entries, lots. They get their ids at the end."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field

from app.demo.goods import Line


@dataclass(slots=True, eq=False)
class Sale:
    """A transaction: a sale with lines, or a credit without."""

    at: int
    customer: int
    program: int
    place: int
    terminal: int
    kind: int
    source: int
    lines: list[Line] = field(default_factory=list)
    gross: int = 0
    discount: int = 0
    points_paid: int = 0
    account_paid: int = 0
    points_earned: int = 0
    cancelled_at: int = 0
    user: int | None = None
    id: int = 0


@dataclass(slots=True, eq=False)
class Movement:
    """An entry of the ledger. `key` has % for the id of `subject`, which is known later."""

    at: int
    customer: int
    wallet: int
    kind: int
    amount: int
    balance_after: int
    key: str
    subject: Subject
    place: int | None
    sale: Sale | None
    note: str
    reverses: Movement | None = None
    takings: list[tuple[Portion, int]] | None = None
    id: int = 0


@dataclass(slots=True, eq=False)
class Portion:
    """A lot."""

    movement: Movement
    amount: int
    remaining: int
    expires: int
    order: int
    title: str = ""
    id: int = 0

    def __lt__(self, other: Portion) -> bool:
        return (self.expires, self.order) < (other.expires, other.order)


Subject = Sale | Movement | Portion


@dataclass(slots=True)
class Book:
    """What was written down for some customers, in the order of each wallet's movements."""

    sales: list[Sale] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    portions: list[Portion] = field(default_factory=list)


@dataclass(frozen=True)
class Numbers:
    """The first id of each kind that some rows may use."""

    customer: int
    card: int
    transaction: int
    entry: int
    lot: int

    def __add__(self, more: Numbers) -> Numbers:
        return Numbers(*(one + other for one, other in zip(astuple(self), astuple(more), strict=True)))
