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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Minor, Moment, Number, Words


class Offer(Base):
    """Something that customers may redeem at the Terminal, for points or for nothing, between two dates."""

    __tablename__ = "offer"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("ends_at > starts_at", name="dates"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[Words]
    price: Mapped[Minor]
    """Hundredths of a point; 0 is free."""
    starts_at: Mapped[Moment]
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """None never ends."""
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
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
        CheckConstraint("redeemed_at IS NULL OR removed_at IS NULL", name="fate"),
        Index(
            *("customer_offer_open_key", "business_id", "customer_id", "offer_id"),
            unique=True,
            postgresql_where=text("redeemed_at IS NULL AND removed_at IS NULL"),
        ),
        Index(None, "business_id", "customer_id", "given_at", "id"),
        Index(None, "business_id", "offer_id", "customer_id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[Number]
    offer_id: Mapped[Number]
    given_at: Mapped[Moment]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who gave it."""
    redeemed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    redeemed_point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    """Where; one redeemed elsewhere is hidden from a location operator (PR-3)."""
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
