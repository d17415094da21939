"""Sales and manual credits as they happened, with their lines; a transaction is never edited (TE-5)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Id, Minor, Moment, Number, SmallEnum, Words


class Kind(IntEnum):
    SALE = 1
    CREDIT = 2
    """Points or money credited by hand or in bulk; no sale, counted in no figure of sales."""


class Source(IntEnum):
    STORE = 1
    API = 2
    PANEL = 3


class Status(IntEnum):
    COMPLETED = 1
    CANCELLED = 2


UNCOUNTED = f"(kind <> {Kind.SALE:d} OR status <> {Status.COMPLETED:d})"
"""What no figure of sales counts, in the words of the index that lists it."""


_CLASS = ("kind", "source", "status")


class Transaction(Base):
    """One sale or credit at a Terminal. Amounts are in the smallest unit of the business's currency."""

    __tablename__ = "transaction"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        CheckConstraint("gross >= 0 AND discount >= 0 AND discount <= gross", name="gross"),
        # With what is beside the key, a customer's list is filtered and summed up out of the index alone.
        Index(
            *(None, "business_id", "customer_id", "at", "id"),
            postgresql_include=[
                *("point_of_sale_id", "kind", "status", "gross", "discount", "points_paid", "points_earned"),
            ],
        ),
        Index(
            *("transaction_uncounted_idx", "business_id", "customer_id"),
            postgresql_include=["point_of_sale_id"],
            postgresql_where=text(UNCOUNTED),
        ),
        # The log adds up and reports a period out of the index alone (TL-1).
        Index(
            *(None, "business_id", "at", "id"),
            postgresql_include=[
                *("program_id", "point_of_sale_id", "terminal_id", "kind", "source", "status"),
                *("gross", "discount", "points_paid", "account_paid", "points_earned"),
            ],
        ),
        # Its pages are the newest of a few stretches, each of one program or Terminal, kind, source and status.
        Index(
            *("transaction_of_program_idx", "business_id", "program_id", *_CLASS, "at", "id"),
            postgresql_include=["point_of_sale_id"],
        ),
        Index(
            *("transaction_of_terminal_idx", "business_id", "terminal_id", *_CLASS, "at", "id"),
            postgresql_include=["program_id", "point_of_sale_id"],
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[Number]
    program_id: Mapped[Number]
    point_of_sale_id: Mapped[Number]
    terminal_id: Mapped[Number]
    kind: Mapped[Kind] = mapped_column(SmallEnum(Kind))
    source: Mapped[Source] = mapped_column(SmallEnum(Source))
    status: Mapped[Status] = mapped_column(SmallEnum(Status))
    at: Mapped[Moment]
    gross: Mapped[Minor]
    """Sum of the lines before discounts."""
    discount: Mapped[Minor]
    points_paid: Mapped[Minor]
    """Hundredths of a point; one point pays one unit of the currency (LP-1)."""
    account_paid: Mapped[Minor]
    points_earned: Mapped[Minor]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def amount(self) -> int:
        """The basket's value: what was to be paid after discounts."""
        return self.gross - self.discount


class TransactionLine(Base):
    """One good of a transaction as it was sold."""

    __tablename__ = "transaction_line"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "transaction_id"], ["transaction.business_id", "transaction.id"]),
        CheckConstraint("discount >= 0 AND discount <= gross", name="discount"),
    )

    business_id: Mapped[BusinessKey]
    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[Words]
    name: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Number]
    """Thousandths of the unit."""
    gross: Mapped[Minor]
    discount: Mapped[Minor]
