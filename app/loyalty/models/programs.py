"""The frame in which customers earn and redeem, and what they are asked.

Programs, wallets (LP-1, LP-4, AC-1, AC-2), the questionnaire (LP-7).
"""

from __future__ import annotations

from datetime import datetime, time
from enum import IntEnum, StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    Time,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Minor, SmallEnum, Words


class Access(IntEnum):
    """What a customer may do in a program (AC-1), in the order in which the table sorts them."""

    FULL = 1
    LIMITED = 2
    NONE = 3
    BLACKLISTED = 4


class WalletKind(StrEnum):
    POINTS = "points"
    MONEY = "money"


class Wallet(Base):
    """A kind of value that customers hold: the points of one or more programs, or a money account (LP-1, LP-4).

    Points and money move by the same ledger, lots and balances; only the unit differs.
    """

    __tablename__ = "wallet"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        CheckConstraint("kind IN ('points', 'money')", name="kind"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    unit: Mapped[Words]
    """Shown behind amounts; '' means points, or the business's currency for money."""
    created_at: Mapped[Created]


class Notify(StrEnum):
    """How a program tells customers of a transaction (LP-3)."""

    SMS = "sms"
    PUSH = "push"
    SMART = "smart"
    EMAIL = "email"
    NONE = "none"


class Program(Base):
    """A loyalty program. The default one gives category and access type in the scope of all programs (CT-2)."""

    __tablename__ = "program"
    __table_args__ = (
        CheckConstraint("rounding IN ('hundredths', 'whole', 'whole_down', 'whole_up')", name="rounding"),
        CheckConstraint("notifications IN ('sms', 'push', 'smart', 'email', 'none')", name="notifications"),
        CheckConstraint("pin_limit >= 0", name="pin_limit"),
        CheckConstraint("points_share BETWEEN 0 AND 10000", name="points_share"),
        CheckConstraint("points_days > 0", name="points_days"),
        CheckConstraint("smart_timeout > 0", name="smart_timeout"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet_hours"),
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "wallet_id"], ["wallet.business_id", "wallet.id"]),
        Index("program_default_key", "business_id", unique=True, postgresql_where=text("is_default")),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    title: Mapped[str] = mapped_column(Text)
    """Internal title, as the panel's users know it."""
    public_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Language code → the name that customers read."""
    wallet_id: Mapped[int] = mapped_column(BigInteger)
    is_default: Mapped[bool] = mapped_column(Boolean, server_default="false")
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    default_access: Mapped[Access] = mapped_column(SmallEnum(Access), server_default="1")
    public_descriptions: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    """Language code → what customers read about it."""
    terms_url: Mapped[Words]
    """Where customers read its terms; the welcome message links there (LP-5)."""
    rounding: Mapped[str] = mapped_column(Text, server_default="hundredths")
    """How points earned are rounded, one of app.loyalty.rules.Rounding."""
    notifications: Mapped[str] = mapped_column(Text, server_default="sms")
    pin_limit: Mapped[Minor]
    """Hundredths of points: more than these pay only with a PIN (TE-3)."""
    points_share: Mapped[int] = mapped_column(Integer, server_default="10000")
    """The share of a check that points may pay, in hundredths of a percent."""
    points_days: Mapped[int | None] = mapped_column(Integer)
    """How long ordinary points are valid; None is for ever."""
    smart_timeout: Mapped[int] = mapped_column(Integer, server_default="60")
    """Minutes until SMART sends an SMS for a push that was not delivered (BA-2)."""
    quiet_from: Mapped[time | None] = mapped_column(Time)
    """When no messages go out, by the recipient's clock (BA-15); over midnight where it ends earlier."""
    quiet_to: Mapped[time | None] = mapped_column(Time)
    sender: Mapped[Words]
    """The business's own alpha name for SMS; '' is the platform's (BA-3)."""
    signature: Mapped[Words]
    """Ends each message."""
    created_at: Mapped[Created]


class ProgramAccount(Base):
    """A money account that can pay in a program (LP-4)."""

    __tablename__ = "program_account"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        ForeignKeyConstraint(["business_id", "wallet_id"], ["wallet.business_id", "wallet.id"]),
    )

    business_id: Mapped[BusinessKey]
    program_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    wallet_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class FieldKind(IntEnum):
    """What the answers to a question of the questionnaire are (LP-7)."""

    TEXT = 1
    NUMBER = 2
    DATE = 3
    YES_NO = 4
    CHOICE = 5


class QuestionnaireField(Base):
    """A question that customers are asked (LP-7). Its kind never changes, as there are answers of it."""

    __tablename__ = "questionnaire_field"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[FieldKind] = mapped_column(SmallEnum(FieldKind))
    required: Mapped[bool] = mapped_column(Boolean, server_default="false")
    position: Mapped[int] = mapped_column(SmallInteger)
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Asked no more; the answers stay."""
    created_at: Mapped[Created]


class QuestionnaireChoice(Base):
    """What can be answered to a question of the kind CHOICE."""

    __tablename__ = "questionnaire_choice"
    __table_args__ = (
        ForeignKeyConstraint(
            ["business_id", "field_id"], ["questionnaire_field.business_id", "questionnaire_field.id"]
        ),
        Index(None, "business_id", "field_id", "position"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    field_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """No longer offered; who chose it keeps it."""
    created_at: Mapped[Created]
