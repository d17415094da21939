"""Messages on their way: what is to be done with each and when, its parts, and texts of PINs."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Moment, SmallEnum
from app.messaging.models.message import Channel, MessageStatus


class Priority(IntEnum):
    """What goes first."""

    PIN = 0
    NOTICE = 1
    """Sales, welcomes, coupons, notices: someone waits for them, or may."""
    BULK = 2


class Step(IntEnum):
    """What a message waits for; `due_at` is when it has waited long enough."""

    WAITING = 1
    """To be claimed, at once or once quiet hours or a pause are over."""
    CLAIMED = 2
    """A worker will hand it over; when due, that worker is dead, and it waits again."""
    SENDING = 3
    """A worker is handing it over; when due, that worker is dead, and nobody knows whether it went."""
    UNPAID = 4
    """For money; when due, its time is over."""
    FALLBACK = 5
    """A push of SMART, for its delivery; when due, the SMS goes (BA-2)."""
    ASKING = 6
    """Unknown; when due, its gateway is asked what became of it."""


class Reason(StrEnum):
    """Why a message is held, unpaid, unknown, failed or was rejected, where that is our own doing."""

    QUIET = "quiet"
    """Held through quiet hours (BA-15)."""
    NO_MONEY = "no_money"
    LATE = "late"
    """Not sent until it was of no use any more."""
    REPLACED = "replaced"
    """A PIN that is used, or that another one took the place of."""
    NO_ANSWER = "no_answer"
    """Nobody knows whether it went."""
    NOT_SENT = "not_sent"
    """A person said so of an unknown one."""
    NO_ADDRESS = "no_address"
    """No phone, no e-mail, or no app."""
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    """To the processing of its data."""
    BLACKLISTED = "blacklisted"
    LEFT = "left"
    """The customer left the program."""
    ERASED = "erased"
    NOT_CONFIRMED = "not_confirmed"
    """Under the platform's alpha name, without confirmed participation (BA-3)."""
    REFUSED = "refused"
    """By a gateway that gave no words."""
    UNDONE = "undone"
    """What it tells of was undone before it left (BA-14)."""


def _of_message(*more: object) -> tuple[Any, ...]:
    return (
        ForeignKeyConstraint(["business_id", "message_id"], ["message.business_id", "message.id"]),
        *more,
    )


class Outbox(Base):
    """A row for each message that has not left yet, or whose fate is still to be looked after; gone once it is over."""

    __tablename__ = "message_outbox"
    __table_args__ = _of_message(
        Index(None, "business_id", "channel", "priority", "due_at", "message_id"),
        Index("message_outbox_watched_idx", "business_id", "due_at", "message_id", postgresql_where=text("step <> 1")),
        Index("message_outbox_unpaid_idx", "business_id", "priority", "message_id", postgresql_where=text("step = 4")),
    )

    business_id: Mapped[BusinessKey]
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    channel: Mapped[Channel] = mapped_column(SmallEnum(Channel))
    priority: Mapped[Priority] = mapped_column(SmallEnum(Priority))
    step: Mapped[Step] = mapped_column(SmallEnum(Step), server_default="1")
    due_at: Mapped[Moment]
    token: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    """Of the worker that has it."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    smart: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Whether an SMS follows when it is not delivered (BA-2)."""
    fallback_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When that SMS goes: the program's timeout after it was first taken up."""


class Part(Base):
    """What a gateway calls a part of a message that it took; a long SMS has several."""

    __tablename__ = "message_part"
    __table_args__ = _of_message(Index("message_part_named_idx", "gateway", "gateway_id", "message_id"))

    business_id: Mapped[BusinessKey]
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    gateway: Mapped[str] = mapped_column(Text)
    gateway_id: Mapped[str] = mapped_column(Text)
    status: Mapped[MessageStatus] = mapped_column(SmallEnum(MessageStatus))


class PinText(Base):
    """The text of a PIN, encrypted; gone once it is used or over (MS-2)."""

    __tablename__ = "pin_text"
    __table_args__ = _of_message()

    business_id: Mapped[BusinessKey]
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[Moment]
    private: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Whether it is its customer's alone, as a code to sign in is: nobody of the business opens it."""
