"""Batches: one action on many customers, each of them exactly once (BA-11 to BA-15, RELIABILITY: bulk work)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Minor, Moment, SmallEnum, Words


class BatchState(IntEnum):
    """Where a batch stands. With CHOSEN it is known who; a draft lapses after a day, up to PREVIEWED."""

    CHOSEN = 1
    FREEZING = 2
    PREVIEWED = 3
    WAITING = 4
    """For a second person's approval (BA-15)."""
    SCHEDULED = 5
    RUNNING = 6
    PAUSING = 7
    """Until the chunks under way have ended; so with CANCELLING."""
    PAUSED = 8
    CANCELLING = 9
    CANCELLED = 10
    DONE = 11
    UNDONE = 12


DRAFTS = (BatchState.CHOSEN, BatchState.FREEZING, BatchState.PREVIEWED)
UNDER_WAY = (BatchState.RUNNING, BatchState.PAUSING, BatchState.CANCELLING)
STANDING = (BatchState.WAITING, BatchState.SCHEDULED, *UNDER_WAY, BatchState.PAUSED)
"""Confirmed, and not at its end."""
RESTING = (BatchState.WAITING, BatchState.PAUSED)
RESTS_LAST = timedelta(days=30)
"""So long nothing happens to what rests, until it lapses."""


class Batch(Base):
    """An action on the customers that were frozen when it was previewed."""

    __tablename__ = "batch"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        ForeignKeyConstraint(["business_id", "undoes_id"], ["batch.business_id", "batch.id"]),
        CheckConstraint("chunk > 0", name="chunk"),
        CheckConstraint("reserved >= 0", name="reserved"),
        Index("batch_open_idx", "business_id", "id", postgresql_where=text("state NOT IN (10, 11, 12)")),
        Index(
            "batch_undoes_key",
            *("business_id", "undoes_id"),
            unique=True,
            postgresql_where=text("undoes_id IS NOT NULL AND state <> 10"),
        ),
        Index(
            "batch_only_customer_idx",
            *("business_id", "only_customer_id"),
            postgresql_where=text("only_customer_id IS NOT NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    state: Mapped[BatchState] = mapped_column(SmallEnum(BatchState), server_default="1")
    action: Mapped[Words]
    """The key of the action; '' until it is chosen."""
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """What the action's form says."""
    selection: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """Who is meant, as app.customers.services.selecting keeps it."""
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    """Who drafted it; from then on, who confirmed it."""
    franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whose customers alone it touches (PR-3); None for the whole brand."""
    undoes_id: Mapped[int | None] = mapped_column(BigInteger)
    """The batch that this one takes back (BA-14)."""
    selected: Mapped[int] = mapped_column(Integer, server_default="0")
    only_customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whom it is for, where it is for one alone: what was typed in it goes with that one (CP-8). No reference, as in
    items.
    """
    foreseen: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """What the preview said: done, amount, and the number skipped for each of `reasons`; of a stock that is short, how
    much is `left`.
    """
    reserved: Mapped[int] = mapped_column(Integer, server_default="0")
    """What of a stock was set aside for it; what its chunks took of that is told by their tallies."""
    chunk: Mapped[int] = mapped_column(Integer, server_default="200")
    """How many customers the next chunk takes."""
    strikes: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Chunks that were begun, one after another, and did not end."""
    created_at: Mapped[Created]
    frozen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    start_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it begins, for who set it for later."""
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rests_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it last began to rest; who cancels it takes that away, so that of those cancelled it tells which lapsed."""

    @property
    def lapses_at(self) -> datetime | None:
        """When it is cancelled by itself, if nobody decides by then."""
        return self.rests_since + RESTS_LAST if self.rests_since and self.state in RESTING else None

    @property
    def has_lapsed(self) -> bool:
        return self.state is BatchState.CANCELLED and self.rests_since is not None


class ItemState(IntEnum):
    PENDING = 1
    DONE = 2
    SKIPPED = 3
    FAILED = 4


class BatchItem(Base):
    """A customer of a batch. What the preview skips is skipped for good.

    It refers to nothing by constraint: a million are written at once, each check would cost more than the row, and
    customers are never removed. `state` stands in no index, so that marking an item done rewrites none.
    """

    __tablename__ = "batch_item"
    __table_args__ = (
        Index(
            "batch_item_reason_idx",
            *("business_id", "batch_id", "reason", "customer_id"),
            postgresql_where=text("reason IS NOT NULL"),
        ),
        Index("batch_item_kept_idx", "business_id", "customer_id", postgresql_where=text("kept IS NOT NULL")),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    business_id: Mapped[BusinessKey]
    batch_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    state: Mapped[ItemState] = mapped_column(SmallEnum(ItemState))
    strikes: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Tries alone, each written before it was begun."""
    tried_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was last tried alone: after a death it waits."""
    amount: Mapped[int | None] = mapped_column(BigInteger)
    """What the preview found, where customers differ in it."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was skipped, or failed."""
    kept: Mapped[Any] = mapped_column(JSONB)
    """What was there before, for the undoing."""
    segments: Mapped[int | None] = mapped_column(SmallInteger)
    """How many SMS its message was quoted at; None is as many as most of them take (`foreseen`)."""
    lacks: Mapped[str | None] = mapped_column(Text)
    """The variables that are empty in its text, separated by blanks."""


class BatchTally(Base):
    """What one chunk did, written with it: the progress is their sum, and so that of the items."""

    __tablename__ = "batch_tally"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "batch_id"], ["batch.business_id", "batch.id"]),
        Index(None, "business_id", "batch_id", "id", postgresql_include=["done", "amount", "at"]),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Moment]
    done: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Minor]
    reasons: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    first_customer: Mapped[int] = mapped_column(BigInteger)
    """The customers from here on were in it, to `last_customer`."""
    last_customer: Mapped[int] = mapped_column(BigInteger)


class BatchLimit(Base):
    """Over how many customers a role's actions wait for a second person's approval (BA-15)."""

    __tablename__ = "batch_limit"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        CheckConstraint("customers >= 0", name="customers"),
    )

    business_id: Mapped[BusinessKey]
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    customers: Mapped[int] = mapped_column(Integer)
