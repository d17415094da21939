"""What the platform charges a business, against what it has paid beforehand (BI-1).

Amounts are whole smallest units of the business's currency. `rate` is what one changes the balance by: below zero for
what is charged, above for what is paid in.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Moment, Number, SmallEnum, Words


class ChargeKind(IntEnum):
    """What is charged, and what its `subject` is. Those from TOP_UP on are posted by support."""

    TRANSACTION = 1
    """A sale: its transaction's id. Cancelled, it is charged all the same (TE-6)."""
    SMS = 2
    """A message's segments: its id."""
    VIBER = 3
    MONTHLY_FEE = 4
    """A month: 202611."""
    TOP_UP = 5
    """A number that counts the business's own; `note` has the reference."""
    CORRECTION = 6


class Tariff(Base):
    """Prices from a moment on, until a later one begins; of those that begin together the newest holds."""

    __tablename__ = "tariff"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        CheckConstraint("monthly_fee >= 0", name="monthly_fee"),
        CheckConstraint("transaction_price >= 0", name="transaction_price"),
        CheckConstraint("sms_price >= 0", name="sms_price"),
        CheckConstraint("viber_price >= 0", name="viber_price"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    valid_from: Mapped[Moment]
    monthly_fee: Mapped[Number]
    transaction_price: Mapped[Number]
    sms_price: Mapped[Number]
    """Of a segment."""
    viber_price: Mapped[Number]
    created_at: Mapped[Created]


def _of_business(*more: object) -> tuple[Any, ...]:
    return (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        CheckConstraint("quantity > 0", name="quantity"),
        *more,
    )


class Charge(Base):
    """An entry, written once for what it charges. Nobody changes or removes one: the database refuses."""

    __tablename__ = "charge"
    __table_args__ = _of_business(
        CheckConstraint("CASE WHEN kind < 5 THEN rate <= 0 ELSE rate <> 0 END", name="rate"),
        Index(
            "charge_note_key",
            *("business_id", "kind", "note"),
            unique=True,
            postgresql_where=text("note <> ''"),
        ),
        # A page of those of a kind at one price is a stretch in the order of time.
        Index("charge_listed_idx", "business_id", "kind", "rate", "at", "subject"),
    )

    business_id: Mapped[BusinessKey]
    kind: Mapped[ChargeKind] = mapped_column(SmallEnum(ChargeKind), primary_key=True)
    subject: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    day: Mapped[date] = mapped_column(Date)
    """In the business's time zone as it was then."""
    note: Mapped[Words]
    quantity: Mapped[int] = mapped_column(Integer)
    rate: Mapped[Number]


class FreshCharge(Base):
    """A charge that no total has taken up yet. The database adds it with the charge."""

    __tablename__ = "charge_fresh"
    __table_args__ = _of_business()

    business_id: Mapped[BusinessKey]
    kind: Mapped[ChargeKind] = mapped_column(SmallEnum(ChargeKind), primary_key=True)
    subject: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date)
    quantity: Mapped[int] = mapped_column(Integer)
    rate: Mapped[Number]


class ChargeTotal(Base):
    """The charges of a day at one rate, but for the fresh ones. With those it is what the charges come to."""

    __tablename__ = "charge_total"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[ChargeKind] = mapped_column(SmallEnum(ChargeKind), primary_key=True)
    rate: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    quantity: Mapped[Number]


class Reserved(Base):
    """What a message on its way will cost, kept from being spent for another."""

    __tablename__ = "charge_reserved"
    __table_args__ = _of_business()

    business_id: Mapped[BusinessKey]
    kind: Mapped[ChargeKind] = mapped_column(SmallEnum(ChargeKind), primary_key=True)
    subject: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    created_at: Mapped[Created]
    quantity: Mapped[int] = mapped_column(Integer)
    rate: Mapped[Number]


class BalanceNotice(Base):
    """By which ways a person is told that the balance runs low (BI-2)."""

    __tablename__ = "balance_notice"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    by_email: Mapped[bool]
    by_sms: Mapped[bool]
    by_push: Mapped[bool]


class BalanceThreshold(Base):
    """An amount below which a person is told that the balance fell; told anew once it was above it again."""

    __tablename__ = "balance_threshold"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "user_id"], ["balance_notice.business_id", "balance_notice.user_id"]),
        CheckConstraint("amount > 0", name="amount"),
    )

    business_id: Mapped[BusinessKey]
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    below: Mapped[bool]
    """Whether the balance was below it when it was last looked at."""
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
