"""Whom people of the panel opened."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey


class OpenedProfiles(Base):
    """The customers whom a user opened on a day, each once, in one row that all who open at once wait for."""

    __tablename__ = "opened_profiles"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    """By the clock of the business."""
    customers: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    refused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the first one too many was refused; from then on no other opens that day."""
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the administrators were told of that."""
