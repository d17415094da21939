"""What is to be sold to whom, and why it may not be (TE-2, AC-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MOST_LINES = 500
MOST_AMOUNT = 10**12
"""Of a check, in the smallest unit."""


class Refusal(StrEnum):
    """Why a basket cannot be sold."""

    CUSTOMER_GONE = "customer_gone"
    BLACKLISTED = "blacklisted"
    """AC-1: it takes part in no transaction of the program."""
    TERMINAL_CLOSED = "terminal_closed"
    PROGRAM_OFF = "program_off"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_REDEEMING = "no_redeeming"
    """AC-1: this access type earns at most."""
    TOO_MANY_POINTS = "too_many_points"
    """More than the balance, or than the share of a check that points may pay (TE-3)."""
    FRACTION = "fraction"
    """Points that are no amount of the currency."""
    OTHER_ACCOUNT = "other_account"
    """LP-4: this account does not pay in this program, or holds less."""
    OVERPAID = "overpaid"


class RefusedError(Exception):
    """A basket cannot be sold; `most` is how much would be allowed where there is a limit."""

    def __init__(self, refusal: Refusal, most: int | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.most = most


@dataclass(frozen=True)
class BasketLine:
    """A good as it is put in, or an amount that is typed."""

    name: str
    gross: int
    """For the whole quantity, in the smallest unit."""
    quantity: int = 1000
    """Thousandths."""
    good_id: int | None = None
    code: str = ""
    price: int | None = None
    """Of one, where the salesperson chose it (LP-6)."""


@dataclass(frozen=True)
class Basket:
    customer_id: int
    program_id: int
    terminal_id: int
    lines: tuple[BasketLine, ...]
    points: int = 0
    """To pay with, in hundredths."""
    accounts: Mapping[int, int] = field(default_factory=dict)
    """To pay with from money accounts: wallet → amount."""

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)


@dataclass(frozen=True)
class Figures:
    """What a person saw and agreed to; a sale whose figures are others is asked again."""

    total: int
    points: int
    due: int
    earned: int


def gross_of(price: int, quantity: int) -> int:
    """What so many thousandths of a good come to, half a unit rounded up."""
    return (2 * price * quantity + 1000) // 2000


def check_size(basket: Basket) -> None:
    if not basket.lines or basket.gross <= 0:
        raise RefusedError(Refusal.EMPTY)
    amounts = [line.gross for line in basket.lines] + [basket.points, *basket.accounts.values()]
    if len(basket.lines) > MOST_LINES or basket.gross > MOST_AMOUNT or min(amounts) < 0:
        raise RefusedError(Refusal.TOO_LARGE, MOST_AMOUNT)
