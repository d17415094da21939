"""What the platform writes to the people of a business themselves, such as that the balance runs low (BI-2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, SmallEnum, Words
from app.messaging.models.message import Channel, MessageStatus


class UserLetter(Base):
    """A letter to someone who works here, its text final: no customer's message, and nobody is charged for it."""

    __tablename__ = "user_letter"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        Index("user_letter_due_idx", "business_id", "due_at", "id", postgresql_where=text("due_at IS NOT NULL")),
        Index(None, "business_id", "user_id", "created_at", "id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    channel: Mapped[Channel] = mapped_column(SmallEnum(Channel))
    address: Mapped[str] = mapped_column(Text)
    """An e-mail, or a phone in E.164; '' of a push."""
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    status: Mapped[MessageStatus] = mapped_column(SmallEnum(MessageStatus))
    """QUEUED, SENT, FAILED; UNKNOWN from the moment that it is handed over until something is answered."""
    reason: Mapped[Words]
    """Why it failed, in the gateway's words, or a Reason."""
    simulated: Mapped[bool] = mapped_column(server_default="false")
    """No gateway is set up, so it did not leave the house."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it is to be handed over; None once it was."""
    created_at: Mapped[Created]
