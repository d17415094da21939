"""Offers of a business, and those that customers were given (LP-8, CP-5)."""

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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Minor, Moment, Number

OPEN = text("redeemed_at IS NULL AND removed_at IS NULL AND lapsed_at IS NULL")


class Offer(Base):
    """Something that customers may redeem at the Terminal, for points or for nothing, between two dates."""

    __tablename__ = "offer"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "picture_id"], ["picture.business_id", "picture.id"]),
        Index(None, "business_id", "picture_id"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("ends_at > starts_at", name="dates"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    title: Mapped[str] = mapped_column(Text)
    """As the panel's users know it."""
    public_titles: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    """Language code → the title that customers read."""
    texts: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    picture_id: Mapped[int | None] = mapped_column(BigInteger)
    price: Mapped[Minor]
    """Hundredths of a point; 0 is free."""
    starts_at: Mapped[Moment]
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """None never ends. What is over stays so: it left the hands of its customers."""
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class CustomerOffer(Base):
    """An offer in a customer's hands: it can have the same one again once it redeemed it or it was taken away."""

    __tablename__ = "customer_offer"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "offer_id"], ["offer.business_id", "offer.id"]),
        ForeignKeyConstraint(
            ["business_id", "redeemed_point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]
        ),
        ForeignKeyConstraint(["business_id", "holder_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "transaction_id"], ["transaction.business_id", "transaction.id"]),
        UniqueConstraint("business_id", "give_key"),
        CheckConstraint("num_nonnulls(redeemed_at, removed_at, lapsed_at) <= 1", name="fate"),
        Index(
            *("customer_offer_open_key", "business_id", "customer_id", "offer_id"), unique=True, postgresql_where=OPEN
        ),
        Index(None, "business_id", "holder_id", "given_at", "id"),
        # Who holds an offer.
        Index("customer_offer_held_idx", "business_id", "offer_id", "holder_id", postgresql_where=OPEN),
        Index(
            *("customer_offer_transaction_idx", "business_id", "transaction_id"),
            postgresql_where=text("transaction_id IS NOT NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[Number]
    holder_id: Mapped[Number]
    """The record that it counts for: the customer's, or the one that was merged into (CP-9)."""
    offer_id: Mapped[Number]
    given_at: Mapped[Moment]
    give_key: Mapped[str | None] = mapped_column(Text)
    """What makes it be given once."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who gave it."""
    redeemed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    redeemed_point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    """Where; one redeemed elsewhere is hidden from a location operator (PR-3)."""
    transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    """The sale that it was redeemed in."""
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lapsed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was found to be past the offer's end."""
