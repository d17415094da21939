"""Gift cards, and what was paid with them (LP-8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from app.lib.columns import BusinessKey, Id, Moment, Number


class GiftCard(Base):
    """Money behind a code: who shows it may pay with it. The balance is the sum of its entries."""

    __tablename__ = "gift_card"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        UniqueConstraint("business_id", "code_key"),
        CheckConstraint("initial > 0", name="initial"),
        CheckConstraint("balance BETWEEN 0 AND initial", name="balance"),
        Index(None, "business_id", "sold_at", "id"),
        Index(
            *("gift_card_customer_idx", "business_id", "customer_id"), postgresql_where=text("customer_id IS NOT NULL")
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    code: Mapped[str] = mapped_column(Text)
    code_key: Mapped[str] = mapped_column(Text(collation="C"))
    initial: Mapped[Number]
    balance: Mapped[Number]
    """Money in the smallest unit."""
    sold_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """None never does."""
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whose it is, where that is known; the code pays in anyone's hands."""
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    """A blocked one pays nothing."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who issued it."""


class GiftCardEntry(Base):
    """A movement on a gift card. Nobody changes or removes one: the database refuses."""

    __tablename__ = "gift_card_entry"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "card_id"], ["gift_card.business_id", "gift_card.id"]),
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        ForeignKeyConstraint(["business_id", "reverses_id"], ["gift_card_entry.business_id", "gift_card_entry.id"]),
        ForeignKeyConstraint(["business_id", "transaction_id"], ["transaction.business_id", "transaction.id"]),
        UniqueConstraint("business_id", "key"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("balance_after >= 0", name="balance_after"),
        Index(None, "business_id", "card_id", "id"),
        Index(
            *("gift_card_entry_transaction_idx", "business_id", "transaction_id"),
            postgresql_where=text("transaction_id IS NOT NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    card_id: Mapped[Number]
    amount: Mapped[Number]
    """Signed: what it was issued with and what a cancel gives back are positive."""
    balance_after: Mapped[Number]
    at: Mapped[Moment]
    key: Mapped[str] = mapped_column(Text)
    """What makes it happen once, such as sale:<transaction>:<card>."""
    point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    reverses_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
