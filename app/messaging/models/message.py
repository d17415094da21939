"""Messages of every kind, to customers and from them, in one table: what each says and what became of it (MS-1)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, SmallEnum, Words


class Direction(IntEnum):
    OUT = 1
    """From the business to a customer."""
    IN = 2
    """To the business, from a customer or from the platform."""


class MessageKind(IntEnum):
    """What a message is for."""

    TRANSACTION = 1
    WELCOME = 2
    PIN = 3
    COUPON = 4
    BULK = 5
    NEWS = 6
    NOTICE = 7


class Channel(IntEnum):
    """The way one message goes; SMART is two messages, a push and an SMS (BA-2)."""

    SMS = 1
    PUSH = 2
    EMAIL = 3
    VIBER = 4
    PANEL = 5


class MessageStatus(IntEnum):
    """What became of a message on its way (MS-1). Whether the customer opened it on its own page is read_at (CP-4)."""

    QUEUED = 1
    HELD = 2
    UNPAID = 3
    SENT = 4
    UNKNOWN = 5
    DELIVERED = 6
    FAILED = 7
    REJECTED = 8
    READ = 9


class Message(Base):
    """A message as it was written: its text is final from the beginning."""

    __tablename__ = "message"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        UniqueConstraint("business_id", "dedupe_key"),
        CheckConstraint(f"direction = {Direction.IN:d} OR customer_id IS NOT NULL", name="customer"),
        CheckConstraint(f"kind <> {MessageKind.PIN:d} OR text = ''", name="pin"),
        CheckConstraint("segments >= 0", name="segments"),
        # With the place, a customer's messages are counted and walked out of the index alone.
        Index(
            *(None, "business_id", "customer_id", "created_at", "id"),
            postgresql_include=["point_of_sale_id"],
        ),
        Index(None, "business_id", "created_at", "id"),
        # All messages of a sort are a stretch in the order of time; with place and customer an operator's are told
        # apart out of the index alone.
        Index(
            "message_of_sort_idx",
            *("business_id", "direction", "channel", "kind", "status", "created_at", "id"),
            postgresql_include=["point_of_sale_id", "customer_id"],
        ),
        Index(
            "message_unread_idx",
            *("business_id", "created_at", "id"),
            postgresql_include=["point_of_sale_id", "customer_id"],
            postgresql_where=text("direction = 2 AND read_at IS NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """None between the platform and the business."""
    direction: Mapped[Direction] = mapped_column(SmallEnum(Direction))
    kind: Mapped[MessageKind] = mapped_column(SmallEnum(MessageKind))
    channel: Mapped[Channel] = mapped_column(SmallEnum(Channel))
    title: Mapped[Words]
    text: Mapped[Words]
    """Never that of a PIN, which this table does not hold (MS-2)."""
    language: Mapped[Words]
    segments: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Of an SMS; 0 on other channels."""
    status: Mapped[MessageStatus] = mapped_column(SmallEnum(MessageStatus))
    reason: Mapped[Words]
    """Why it is held, unpaid, unknown, failed or was rejected: a Reason, or a gateway's own words."""
    program_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whose quiet hours, sender and SMART timeout hold; None is the default program's."""
    sender: Mapped[Words]
    """The alpha name it went under; '' is the platform's (BA-3)."""
    gateway: Mapped[Words]
    """What it was last handed to; '' before that."""
    dedupe_key: Mapped[str] = mapped_column(Text)
    """What makes it be written once, such as sale:<transaction> or welcome:<customer>."""
    point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    """Where its cause happened; none for the brand's own. Other places' are hidden from operators (PR-3)."""
    terminal_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who wrote it; of what came in, who opened it first."""
    created_at: Mapped[Created]
    distributed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it left the house."""
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """After this it is not sent any more (BI-1)."""
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Its end date for the customer: over, it is Expired (CP-4)."""
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was first opened: by the customer on its page, or by the business."""
    quoted: Mapped[int | None] = mapped_column(BigInteger)
    """It costs no more than this, as its bulk action promised before it was sent (BA-1); None is any price."""

    @property
    def incoming(self) -> bool:
        return self.direction is Direction.IN
