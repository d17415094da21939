"""Records of one person: merges that were made, and pairs that may be one (CP-9)."""

from __future__ import annotations

from datetime import datetime
from enum import IntFlag
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Moment, Number


def _of_customer(column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["business_id", column], ["customer.business_id", "customer.id"])


class CustomerMerge(Base):
    """One record absorbed by another. `kept` tells how both were, so that it can be undone; an erasure empties it."""

    __tablename__ = "customer_merge"
    __table_args__ = (
        _of_customer("survivor_id"),
        _of_customer("absorbed_id"),
        Index(
            "customer_merge_standing_key",
            "business_id",
            "absorbed_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index(None, "business_id", "survivor_id", "id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    survivor_id: Mapped[Number]
    absorbed_id: Mapped[Number]
    at: Mapped[Moment]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    kept: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Likeness(IntFlag):
    """Why two records may be one person."""

    EMAIL = 1
    NAME_AND_BIRTHDAY = 2
    NAME_AND_PHONE = 4
    """The same name, and phones that differ in one digit."""


class LikelyDuplicate(Base):
    """Two records that may be one person, and whether someone said that they are not."""

    __tablename__ = "likely_duplicate"
    __table_args__ = (
        _of_customer("first_id"),
        _of_customer("second_id"),
        CheckConstraint("first_id < second_id", name="order"),
        UniqueConstraint("business_id", "first_id", "second_id"),
        Index(None, "business_id", "second_id"),
        Index(
            "likely_duplicate_open_idx",
            "business_id",
            "found_at",
            "id",
            postgresql_where=text("denied_at IS NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    first_id: Mapped[Number]
    second_id: Mapped[Number]
    reasons: Mapped[int] = mapped_column(SmallInteger)
    """Likenesses, added up."""
    found_at: Mapped[Created]
    denied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
