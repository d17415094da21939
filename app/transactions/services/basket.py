"""What is to be sold to whom, and why it may not be (TE-2, AC-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

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
    TOO_FEW_POINTS = "too_few_points"
    """For the offers that are to be redeemed (LP-8)."""
    BROUGHT = "brought"
    """What the customer brought cannot be redeemed: see BroughtRefusedError."""


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
    groups: tuple[int, ...] | None = None
    """Of the good, where who sells knows them; None has the quote look them up."""


@dataclass(frozen=True)
class Brought:
    """What a customer hands in with a check, by id (TE-4)."""

    coupons: tuple[int, ...] = ()
    series: tuple[int, ...] = ()
    """Whose shared code was shown by who holds no coupon of them."""
    offers: tuple[int, ...] = ()
    """The customer's own (customer_offer)."""
    gift_cards: Mapping[int, int] = field(default_factory=dict)
    """To pay with: card → amount."""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Brought:
        """As JSON keeps it."""
        ids = {name: tuple(dict.fromkeys(kept.get(name, ()))) for name in ("coupons", "series", "offers")}
        cards = {int(card): int(amount) for card, amount in kept.get("gift_cards", {}).items()}
        return cls(**ids, gift_cards=dict(sorted(cards.items())))

    def written(self) -> dict[str, Any]:
        """What `of` reads; what there is none of is not written."""
        said = {"coupons": list(self.coupons), "series": list(self.series), "offers": list(self.offers)}
        cards = {"gift_cards": {str(card): amount for card, amount in self.gift_cards.items()}}
        return {name: value for name, value in (said | cards).items() if value}

    def __len__(self) -> int:
        return sum(map(len, (self.coupons, self.series, self.offers, self.gift_cards)))

    def having(self, kind: str, number: int, amount: int = 0) -> Brought:
        """With one more of a kind, that is of the field so called; a gift card pays the amount."""
        kept = self.without(kind, number).written()
        if kind == "gift_cards":
            kept[kind] = {**kept.get(kind, {}), str(number): amount}
        else:
            kept[kind] = [*kept.get(kind, ()), number]
        return Brought.of(kept)

    def without(self, kind: str, number: int) -> Brought:
        """Without one of a kind, that is of the field so called."""
        kept = self.written()
        if kind == "gift_cards":
            kept[kind] = {card: amount for card, amount in self.gift_cards.items() if card != number}
        else:
            kept[kind] = [each for each in kept.get(kind, ()) if each != number]
        return Brought.of(kept)


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
    brought: Brought = field(default_factory=Brought)

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)


@dataclass(frozen=True)
class Figures:
    """What a person saw and agreed to; a sale whose figures are others is asked again."""

    total: int
    points: int
    """To pay, and for offers."""
    due: int
    earned: int
    things: int = 0
    """Coupons, offers and gift cards that are redeemed, and goods that are given: how many."""


def gross_of(price: int, quantity: int) -> int:
    """What so many thousandths of a good come to, half a unit rounded up."""
    return (2 * price * quantity + 1000) // 2000


def check_size(basket: Basket) -> None:
    if not basket.lines or basket.gross <= 0:
        raise RefusedError(Refusal.EMPTY)
    paid = [basket.points, *basket.accounts.values(), *basket.brought.gift_cards.values()]
    amounts = [line.gross for line in basket.lines] + paid
    if len(basket.lines) > MOST_LINES or basket.gross > MOST_AMOUNT or min(amounts) < 0:
        raise RefusedError(Refusal.TOO_LARGE, MOST_AMOUNT)
