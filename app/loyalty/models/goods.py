"""Goods and services that a business sells, in groups (LP-6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Words


class GoodGroup(Base):
    """A group of goods, such as Drinks."""

    __tablename__ = "good_group"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text(collation="C"))
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Offered no more; what was bought of it stays so."""
    created_at: Mapped[Created]


class Good(Base):
    """A good or a service; lines of past sales keep the name and price that they were sold under."""

    __tablename__ = "good"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "group_id"], ["good_group.business_id", "good_group.id"]),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("NOT variable_price OR price IS NOT NULL", name="variable_price"),
        Index("good_code_key", "business_id", "code_key", unique=True, postgresql_where=text("code_key <> ''")),
        Index(None, "business_id", "name_key", "id"),
        Index(None, "business_id", "group_id", "name_key", "id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    group_id: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[Words]
    """As the till knows it; no two goods have the same, archived ones too, so that a code means one thing for ever."""
    code_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="")
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text(collation="C"))
    unit: Mapped[Words]
    """What is counted, such as kg; '' for pieces."""
    price: Mapped[int | None] = mapped_column(BigInteger)
    """Of one unit, in the smallest unit of the currency; without one a good is not offered in the Terminal."""
    variable_price: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Whether the price is a base that the salesperson can change."""
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    """Rises with each change, so that a sale knows whether what it showed still holds."""
    created_at: Mapped[Created]
