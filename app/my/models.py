"""How customers sign in to their page: codes sent to phones, and the sessions that they opened (MY-1)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, Index, LargeBinary, SmallInteger, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Moment


class MyCode(Base):
    """A code that was asked for with a phone. One for a phone that nobody has is kept just so, and sent to nobody."""

    __tablename__ = "my_code"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        Index(None, "business_id", "phone_hash", "created_at"),
        Index(None, "business_id", "customer_id"),
        Index(None, "business_id", "created_at"),
    )

    business_id: Mapped[BusinessKey]
    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    """Stands in the address of the page that asks for the code; opens nothing by itself."""
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """The record that has the phone; None where nobody has it."""
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary)
    ending: Mapped[str] = mapped_column(Text)
    """The last two digits of the phone, by which a person knows its own."""
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class MySession(Base):
    """A browser in which a customer is signed in, as long as its record has the phone that the code went to."""

    __tablename__ = "my_session"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        Index(None, "business_id", "customer_id"),
        Index(None, "business_id", "last_seen_at"),
    )

    business_id: Mapped[BusinessKey]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    """The record that has the phone, also where it is read with another one now (CP-9)."""
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary)
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    created_at: Mapped[Created]
