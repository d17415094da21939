"""By what customers are selected, kept: filters that addresses name, and segments (CT-6, CT-9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Moment


class SavedFilter(Base):
    """What a person searched or filtered by, named in addresses by its key: no phone or name stands there (CT-6)."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        Index("saved_filter_lapses_at_idx", "lapses_at", postgresql_where=text("lapses_at IS NOT NULL")),
    )

    business_id: Mapped[BusinessKey]
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    conditions: Mapped[dict[str, object]] = mapped_column(JSONB)
    created_at: Mapped[Created]
    lapses_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When a draft is forgotten that nobody applied; None for what is kept for good."""


class Segment(Base):
    """A filter's conditions under a name, which the business shares and which are a condition themselves (CT-9)."""

    __tablename__ = "segment"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        UniqueConstraint("business_id", "franchisee_id", "name_key", postgresql_nulls_not_distinct=True),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whose it is; None for the brand's, which all see and its own people change."""
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text(collation="C"))
    """The name with case aside, as no two of an owner have the same. The database's lower() may know Latin alone."""
    conditions: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """As app.customers.conditions.kept writes them."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who saved it last; the audit log tells the others."""
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    """Grows with each change, so that a form about it can be stale."""
    created_at: Mapped[Created]
    changed_at: Mapped[Moment]
