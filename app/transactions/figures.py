"""What transactions come to: sales told apart from what was cancelled, and from what was credited by hand (TL-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func

from app.identity import workplace
from app.lib.formats import precision
from app.transactions.models import Kind, Status, Transaction

SUMMED: tuple[Any, ...] = (
    Transaction.kind,
    Transaction.status,
    func.count().label("number"),
    func.sum(Transaction.gross).label("gross"),
    func.sum(Transaction.discount).label("discount"),
    func.sum(Transaction.points_paid).label("points_paid"),
    func.sum(Transaction.account_paid).label("account_paid"),
    func.sum(Transaction.points_earned).label("points_earned"),
)
"""What is asked of the database, by kind and status."""


@dataclass(frozen=True)
class Figures:
    """Money in the smallest unit of the currency, points in hundredths."""

    sales: int = 0
    gross: int = 0
    discount: int = 0
    points_paid: int = 0
    account_paid: int = 0
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
        return self.points_paid * 10 ** precision(workplace().currency) // 100

    @property
    def received(self) -> int:
        """What was paid in money: at the till, neither by points nor from accounts."""
        return self.amount - self.paid_by_points - self.account_paid


def figures_of(rows: Iterable[Row[Any]]) -> Figures:
    """The figures of rows of SUMMED."""
    return sum((_figures(row) for row in rows), Figures())


def _figures(row: Row[Any]) -> Figures:
    if row.kind is Kind.CREDIT:
        done = row.status is Status.COMPLETED
        return Figures(credits=row.number, points_added=int(row.points_earned)) if done else Figures()
    if row.status is Status.CANCELLED:
        return Figures(cancelled=row.number, cancelled_amount=int(row.gross - row.discount))
    summed = ("gross", "discount", "points_paid", "account_paid", "points_earned")
    return Figures(sales=row.number, **{name: int(getattr(row, name)) for name in summed})
