"""Texts that are used again (BA-1), and where a person has them sent for a test."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Id, Moment
from app.messaging.models.message import Channel


class Way(StrEnum):
    """How a message is sent, as people choose it (BA-1)."""

    SMS = "sms"
    PUSH = "push"
    SMART = "smart"
    """A push, then an SMS where it is not delivered (BA-2)."""
    EMAIL = "email"
    VIBER = "viber"

    @property
    def channel(self) -> Channel:
        """The one that it goes by first."""
        return Channel.PUSH if self is Way.SMART else Channel[self.name]

    @property
    def written_for(self) -> Channel:
        """Whose rules the text follows: what may become an SMS reads as one."""
        return Channel.SMS if self is Way.SMART else Channel[self.name]


class MessageTemplate(Base):
    """A text in the languages of customers, with variables, under a name."""

    __tablename__ = "message_template"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        CheckConstraint("channel IN ('sms', 'push', 'smart', 'email', 'viber')", name="channel"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    """A Way."""
    titles: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    """Language code → the subject of an e-mail or the head of a push."""
    texts: Mapped[dict[str, str]] = mapped_column(JSONB)
    changed_at: Mapped[Moment]


class Tester(Base):
    """The customer record that is a user's own: tests of messages go there."""

    __tablename__ = "message_tester"
    __table_args__ = (ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),)

    business_id: Mapped[BusinessKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger)
