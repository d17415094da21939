"""The append-only ledger: entries, lots with expiry, which lots an entry took, and balances (RELIABILITY: money)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Id, Minor, Moment, Number, SmallEnum, Words


class EntryKind(IntEnum):
    """Why points or money moved (CP-2)."""

    EARNED = 1
    SPENT = 2
    ADDED = 3
    REMOVED = 4
    EXPIRED = 5
    REVERSED = 6
    TRANSFERRED = 7
    """Between two records of one person: what leaves the one enters the other (CP-9)."""


def _of_holder(*more: object) -> tuple[object, ...]:
    return (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "wallet_id"], ["wallet.business_id", "wallet.id"]),
        *more,
    )


class Entry(Base):
    """One movement of points or money. Nobody changes or removes one: the database refuses."""

    __tablename__ = "ledger_entry"
    __table_args__ = _of_holder(
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        ForeignKeyConstraint(["business_id", "reverses_id"], ["ledger_entry.business_id", "ledger_entry.id"]),
        UniqueConstraint("business_id", "key"),
        Index(
            "ledger_entry_reverses_key",
            "business_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
        # With what is beside the key, a customer's history is filtered and summed up out of the index alone.
        Index(
            *(None, "business_id", "customer_id", "at", "id"),
            postgresql_include=["point_of_sale_id", "wallet_id", "kind", "amount"],
        ),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("balance_after >= 0", name="balance_after"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[Number]
    wallet_id: Mapped[Number]
    kind: Mapped[EntryKind] = mapped_column(SmallEnum(EntryKind))
    amount: Mapped[Number]
    """Signed: what came in is positive."""
    balance_after: Mapped[Number]
    at: Mapped[Moment]
    """Taken once the balance is held, so that by moment and by id a wallet's entries stand in the same order."""
    key: Mapped[str] = mapped_column(Text)
    """What makes it happen once, such as sale:<transaction> or expire:<lot>."""
    point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    """Where it happened; none for the brand's own doing. Other places' entries are hidden from operators (PR-3)."""
    transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    reverses_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[Words]


class Lot(Base):
    """Points or money that came in together and expire together; spent soonest-expiring first."""

    __tablename__ = "lot"
    __table_args__ = _of_holder(
        ForeignKeyConstraint(["business_id", "entry_id"], ["ledger_entry.business_id", "ledger_entry.id"]),
        ForeignKeyConstraint(["business_id", "origin_id"], ["lot.business_id", "lot.id"]),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining"),
        Index(
            "lot_open_idx",
            "business_id",
            "customer_id",
            "wallet_id",
            "expires_at",
            "id",
            postgresql_where=text("remaining > 0"),
        ),
        Index(
            "lot_expiry_idx",
            "business_id",
            "expires_at",
            "id",
            postgresql_where=text("remaining > 0 AND expires_at IS NOT NULL"),
        ),
        Index(
            "lot_moved_idx",
            "business_id",
            "customer_id",
            "origin_id",
            postgresql_where=text("origin_id IS NOT NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[Number]
    wallet_id: Mapped[Number]
    entry_id: Mapped[Number]
    amount: Mapped[Number]
    remaining: Mapped[Number]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """None never expires and is spent last."""
    title: Mapped[Words]
    origin_id: Mapped[int | None] = mapped_column(BigInteger)
    """Of a lot that came from another record: the one that its points first came in with. Both expire together."""


FIRST_ENTRY = (
    "coalesce((SELECT o.entry_id FROM lot o WHERE o.business_id = l.business_id AND o.id = l.origin_id), l.entry_id)"
)
"""Of a lot `l` in SQL, the entry that its points first came in with, whichever records they went through since."""


class LotUse(Base):
    """How much an entry took from a lot, so that a reversal gives back the same lots."""

    __tablename__ = "lot_use"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "entry_id"], ["ledger_entry.business_id", "ledger_entry.id"]),
        ForeignKeyConstraint(["business_id", "lot_id"], ["lot.business_id", "lot.id"]),
        CheckConstraint("amount > 0", name="amount"),
    )

    business_id: Mapped[BusinessKey]
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    lot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    amount: Mapped[Number]


class Balance(Base):
    """What a customer holds in a wallet: the sum of its entries, and of what remains of its lots.

    `expiring_at` and `expiring` are the date and amount of the lots that expire soonest
    (app.lib.dates.NEVER and 0 when none does).
    """

    __tablename__ = "balance"
    __table_args__ = _of_holder(
        CheckConstraint("amount >= 0", name="amount"),
        Index(None, "business_id", "wallet_id", "amount", "customer_id"),
        Index(None, "business_id", "wallet_id", "expiring_at", "customer_id"),
        Index(None, "business_id", "customer_id"),
    )

    business_id: Mapped[BusinessKey]
    wallet_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    amount: Mapped[Minor]
    expiring_at: Mapped[Moment]
    expiring: Mapped[Minor]
