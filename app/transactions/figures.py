"""What transactions come to: sales told apart from what was cancelled, and from what was credited by hand (TL-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func

from app.identity import workplace
from app.lib.formats import precision
from app.transactions.models import Kind, Status, Transaction
from app.transactions.money import in_money


@dataclass(frozen=True)
class Figures:
    """Money in the smallest unit of the currency, points in hundredths."""

    sales: int = 0
    gross: int = 0
    discount: int = 0
    points_paid: int = 0
    account_paid: int = 0
    """By gift cards too."""
    points_for_offers: int = 0
    points_earned: int = 0
    credits: int = 0
    points_added: int = 0
    """Credited by hand, not earned by a sale."""
    cancelled: int = 0
    cancelled_amount: int = 0
    """The sales that were cancelled; nothing of them is in the figures above."""

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(mine + its for mine, its in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def amount(self) -> int:
        """After discounts."""
        return self.gross - self.discount

    @property
    def paid_by_points(self) -> int:
        """In money: a point pays one unit of the currency (LP-1)."""
        return in_money(self.points_paid, precision(workplace().currency))

    @property
    def received(self) -> int:
        """What was paid in money: at the till, neither by points nor from accounts."""
        return self.amount - self.paid_by_points - self.account_paid

    @property
    def points_spent(self) -> int:
        """To pay, and for offers."""
        return self.points_paid + self.points_for_offers


def summed(*left_out: str) -> list[Any]:
    """What is asked of the database, in the order of Figures and by its names; what is left out is not asked."""
    sale, done = Transaction.kind == Kind.SALE, Transaction.status == Status.COMPLETED
    undone, by_hand = sale & (Transaction.status == Status.CANCELLED), done & (Transaction.kind == Kind.CREDIT)
    amounts = ("gross", "discount", "points_paid", "account_paid", "points_for_offers", "points_earned")
    asked: dict[str, ColumnElement[int]] = {
        "sales": func.count().filter(sale & done),
        **{name: _sum(getattr(Transaction, name), sale & done) for name in amounts},
        "credits": func.count().filter(by_hand),
        "points_added": _sum(Transaction.points_earned, by_hand),
        "cancelled": func.count().filter(undone),
        "cancelled_amount": _sum(Transaction.gross - Transaction.discount, undone),
    }
    return [column.label(name) for name, column in asked.items() if name not in left_out]


def _sum(amount: Any, where: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(amount).filter(where), 0), BigInteger)
