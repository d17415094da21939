"""What the simulator keeps: how it behaves, what it was handed, and what it will tell (docs: the simulator)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Id, Moment, SmallEnum, Words
from app.messaging.models.message import Channel, MessageStatus

SHARES = ("refused", "failed", "dropped", "timed_out", "throttled", "doubled", "shuffled", "late")


def _share() -> Mapped[int]:
    return mapped_column(SmallInteger, server_default="0")


class Simulator(Base):
    """How the simulator treats a business's messages; without a row all arrive at once. Shares are in thousandths."""

    __tablename__ = "simulator"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        *(CheckConstraint(f"{share} BETWEEN 0 AND 1000", name=share) for share in SHARES),
    )

    business_id: Mapped[BusinessKey]
    seed: Mapped[int] = mapped_column(BigInteger, server_default="1")
    delay: Mapped[int] = mapped_column(Integer, server_default="0")
    """Seconds until a message arrives, at most."""
    slowness: Mapped[int] = mapped_column(Integer, server_default="0")
    """Milliseconds that a call takes."""
    refused: Mapped[int] = _share()
    """For good, at once."""
    failed: Mapped[int] = _share()
    """Taken, and told by a receipt that it did not arrive."""
    dropped: Mapped[int] = _share()
    """Taken, but the answer is lost with the connection."""
    timed_out: Mapped[int] = _share()
    """Not taken, and not answered."""
    throttled: Mapped[int] = _share()
    doubled: Mapped[int] = _share()
    """Their receipts come twice."""
    shuffled: Mapped[int] = _share()
    """Their receipts come in the wrong order."""
    late: Mapped[int] = _share()
    """Their receipts come seconds after they are due."""


class SimulatedMessage(Base):
    """A call of the simulator: each is one, also that which should not have been made."""

    __tablename__ = "simulated_message"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "message_id"], ["message.business_id", "message.id"]),
        Index(None, "business_id", "message_id"),
        Index(None, "business_id", "address", "id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[Channel] = mapped_column(SmallEnum(Channel))
    address: Mapped[str] = mapped_column(Text)
    """A phone, an e-mail address, or '' of a push."""
    sender: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    fate: Mapped[str] = mapped_column(Text)
    """What the simulator answered: a Fate's name."""
    arrived: Mapped[bool] = mapped_column(Boolean)
    """Whether it took it; then the phone shows it, whatever was answered."""
    at: Mapped[Moment]


class SimulatedEvent(Base):
    """What the simulator will tell when it is due: what became of a message, or, without a status, a message to us."""

    __tablename__ = "simulated_event"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]), Index(None, "due_at"))

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    due_at: Mapped[Moment]
    gateway_id: Mapped[Words]
    reference: Mapped[Words]
    status: Mapped[MessageStatus | None] = mapped_column(SmallEnum(MessageStatus))
    address: Mapped[Words]
    """Whose phone it comes from."""
    sender: Mapped[Words]
    """The number it was written to."""
    text: Mapped[Words]
