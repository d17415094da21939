"""Requisites of a business, and the service acts that are issued to it (BI-3 to BI-5)."""

from __future__ import annotations

from datetime import date
from enum import IntEnum, StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Moment, Number, SmallEnum

Details = dict[str, str]
"""What is said of a legal person, by the names of app.acts.jurisdictions."""
KeptLine = list[int | str]
"""Kind, rate, quantity and note of what was charged; the rate below zero, as charges have it."""


class Jurisdiction(StrEnum):
    """Whose law an act is laid out by."""

    UA = "ua"
    RU = "ru"
    KZ = "kz"
    OTHER = "other"


class ActKind(IntEnum):
    MONTHLY = 1
    CHARGES = 2
    """Corrects what an earlier act says was charged, by the difference."""
    REQUISITES = 3
    """Corrects the requisites of an earlier act; its sums stay."""


class ActStatus(IntEnum):
    ISSUED = 1
    SENT = 2
    SIGNED = 3


class Executor(Base):
    """The platform as one side of acts, of no business; the newest that holds by the end of a month stands in it."""

    __tablename__ = "executor"
    __table_args__ = (CheckConstraint("vat_rate BETWEEN 0 AND 10000", name="vat_rate"),)

    jurisdiction: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    details: Mapped[Details] = mapped_column(JSONB)
    vat_rate: Mapped[int | None] = mapped_column(Integer)
    """In hundredths of a percent, within the prices; None where it pays no VAT."""
    created_at: Mapped[Created]


class Requisites(Base):
    """Of the business, as they are now; an act keeps those of its day."""

    __tablename__ = "requisites"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    jurisdiction: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    """Of its acts."""
    details: Mapped[Details] = mapped_column(JSONB)
    complete: Mapped[bool] = mapped_column(Boolean)
    """Nothing that an act needs is missing."""


class Act(Base):
    """An act as it was issued. Nobody changes or removes one: the database refuses."""

    __tablename__ = "act"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "corrects_id"], ["act.business_id", "act.id"]),
        UniqueConstraint("business_id", "year", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("date_part('day', month) = 1", name="month"),
        CheckConstraint("(kind = 1) = (corrects_id IS NULL)", name="corrects"),
        Index(None, "business_id", "corrects_id"),
        Index("act_month_key", "business_id", "month", unique=True, postgresql_where=text("kind = 1")),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    kind: Mapped[ActKind] = mapped_column(SmallEnum(ActKind))
    month: Mapped[date] = mapped_column(Date)
    """The first day of the month it is about."""
    year: Mapped[int] = mapped_column(SmallInteger)
    """Of its series."""
    number: Mapped[int] = mapped_column(Integer)
    corrects_id: Mapped[int | None] = mapped_column(BigInteger)
    dated: Mapped[date] = mapped_column(Date)
    """What stands on it: the month's last day, and on a correction the day when it was issued."""
    issued_at: Mapped[Moment]
    jurisdiction: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    total: Mapped[Number]
    """With VAT, in the currency's smallest unit, like all its amounts."""
    vat: Mapped[Number]
    transactions: Mapped[Number]
    segments: Mapped[Number]
    vat_rate: Mapped[int | None] = mapped_column(Integer)
    lines: Mapped[list[KeptLine]] = mapped_column(JSONB)
    customer: Mapped[Details] = mapped_column(JSONB)
    executor: Mapped[Details] = mapped_column(JSONB)

    @property
    def words(self) -> str:
        """Its number as it is written."""
        return f"{self.year}-{self.number:04}"


def _of_act() -> tuple[ForeignKeyConstraint]:
    return (ForeignKeyConstraint(["business_id", "act_id"], ["act.business_id", "act.id"]),)


class ActFile(Base):
    """An act's PDF, made once and kept for ever."""

    __tablename__ = "act_file"
    __table_args__ = _of_act()

    business_id: Mapped[BusinessKey]
    act_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Created]


class ActToDraw(Base):
    """An act whose file is yet to be made."""

    __tablename__ = "act_to_draw"
    __table_args__ = _of_act()

    business_id: Mapped[BusinessKey]
    act_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class ActStanding(Base):
    """What was said of an act's status; the latest holds."""

    __tablename__ = "act_status"
    __table_args__ = _of_act()

    business_id: Mapped[BusinessKey]
    act_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[Id]
    status: Mapped[ActStatus] = mapped_column(SmallEnum(ActStatus))
    day: Mapped[date] = mapped_column(Date)
    """When it was sent or signed."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[Created]


class ActClose(Base):
    """The last month of a business that is closed."""

    __tablename__ = "act_close"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    month: Mapped[date] = mapped_column(Date)
