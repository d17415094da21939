"""Webhooks: addresses of a business that are told what happens, what they were told, and what they answered (AP-1).

Events are written by triggers on the tables that they tell of (migration 0058), for addresses that listen alone.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Moment, Number, SmallEnum, Words


class Event(IntEnum):
    """What is told of. The triggers know these numbers."""

    TEST = 1
    """Asked for by a person, of one address."""
    CUSTOMER_CREATED = 2
    CUSTOMER_UPDATED = 3
    CUSTOMER_ERASED = 4
    CUSTOMER_MERGED = 5
    """Into another record, or taken out of it again (CP-9)."""
    SALE_CREATED = 6
    SALE_CANCELLED = 7
    BALANCE_CHANGED = 8
    """Points or money moved."""

    @property
    def type(self) -> str:
        """As receivers know it, such as sale.created."""
        return self.name.lower().replace("_", ".")


class Disabled(IntEnum):
    """Why an address is told nothing any more."""

    BY_HAND = 1
    FAILING = 2
    """It took nothing for days."""
    GONE = 3
    """It answered 410: never again."""


class Endpoint(Base):
    """An address that is told of events."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        CheckConstraint("(disabled_at IS NULL) = (disabled_why IS NULL)", name="disabled"),
        CheckConstraint("(old_secret IS NULL) = (old_until IS NULL)", name="old_secret"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    url: Mapped[str] = mapped_column(Text)
    label: Mapped[Words]
    """What it is for, in the business's words."""
    events: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """What it is signed with, encrypted."""
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Until then it is signed with the secrets before, too, which blanks part."""
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    """Rounds of calls, one after another, of which none went well."""
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rest_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Until then it is left alone, as it took nothing."""
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_why: Mapped[Disabled | None] = mapped_column(SmallEnum(Disabled))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]

    @property
    def name(self) -> str:
        return self.label or self.url


class Happened(Base):
    """An event as it happened: one row for all addresses, whatever number of things one statement changed."""

    __tablename__ = "webhook_event"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]), Index(None, "business_id", "at", "id"))

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    event: Mapped[Event] = mapped_column(SmallEnum(Event))
    at: Mapped[Moment]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Ids and amounts of what changed; never who a customer is."""


class State(IntEnum):
    WAITING = 1
    """For its call, or the next one."""
    DELIVERED = 2
    FAILED = 3


_LISTED = ("at", "id")


class Delivery(Base):
    """An event on its way; one that waits is called at `due_at`, where the lease of its worker ends too."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "endpoint_id"], ["webhook_endpoint.business_id", "webhook_endpoint.id"]),
        ForeignKeyConstraint(["business_id", "event_id"], ["webhook_event.business_id", "webhook_event.id"]),
        CheckConstraint("(state = 1) = (due_at IS NOT NULL)", name="due_at"),
        Index(
            *("webhook_delivery_due_idx", "business_id", "endpoint_id", "due_at", "id"),
            postgresql_where=text("state = 1"),
        ),
        Index(None, "business_id", "event_id"),
        # The log is read newest first: all of it, of an address, of a kind of event, or what is not delivered.
        Index(None, "business_id", *_LISTED),
        Index(None, "business_id", "endpoint_id", *_LISTED),
        Index(None, "business_id", "event", *_LISTED),
        Index(
            *("webhook_delivery_undelivered_idx", "business_id", "state", *_LISTED),
            postgresql_where=text("state <> 2"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    endpoint_id: Mapped[Number]
    event_id: Mapped[Number]
    event: Mapped[Event] = mapped_column(SmallEnum(Event))
    at: Mapped[Moment]
    """When it happened; with `event` here too, so that the log is read by index."""
    state: Mapped[State] = mapped_column(SmallEnum(State), server_default="1")
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    token: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    """Of the worker that is calling."""
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Since `begun_at`."""
    begun_at: Mapped[Moment]
    """When it happened, or was last sent again by a person."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Fault(StrEnum):
    """Why there was no answer."""

    NOT_PUBLIC = "not_public"
    """There is no public address behind the name."""
    NOT_REACHED = "not_reached"
    NO_ANSWER = "no_answer"
    UNSIGNED = "unsigned"
    """The secret cannot be read under this SECRET_KEY."""


class Attempt(Base):
    """A call and its answer."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "delivery_id"], ["webhook_delivery.business_id", "webhook_delivery.id"]),
        Index(None, "business_id", "delivery_id", "id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    delivery_id: Mapped[Number]
    at: Mapped[Moment]
    took: Mapped[int] = mapped_column(Integer)
    """Milliseconds."""
    status: Mapped[int | None] = mapped_column(SmallInteger)
    """Of HTTP; None where no answer came."""
    fault: Mapped[Words]
    answer: Mapped[Words]
    """The beginning of what was answered, or what went wrong."""
