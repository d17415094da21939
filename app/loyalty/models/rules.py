"""Rules of programs as they are kept (LP-2); what they say is read by app/loyalty/rules/kept.py alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id


class ProgramRule(Base):
    """A rule of a program. Sales keep what it made of them; a change of it never touches them."""

    __tablename__ = "program_rule"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        CheckConstraint("priority >= 0", name="priority"),
        Index(None, "business_id", "program_id", "priority", "id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    program_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """0 is looked at first."""
    combines: Mapped[bool] = mapped_column(Boolean, server_default="true")
    conditions: Mapped[dict[str, Any]] = mapped_column(JSONB)
    effects: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Created]
