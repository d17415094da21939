"""Series of coupons and their coupons (LP-8)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Minor, Moment, Number, SmallEnum, Words


class CouponKind(StrEnum):
    """What a coupon brings."""

    PERCENT = "percent"
    """Off the check; the value is in hundredths of a percent."""
    AMOUNT = "amount"
    """Off the check; the value is money in the smallest unit."""
    GOOD = "good"
    """One unit of a good, free; it has no value."""
    POINTS = "points"
    """Bonus points; the value is in hundredths."""


class CodeKind(StrEnum):
    UNIQUE = "unique"
    """Each coupon has a code of its own."""
    SHARED = "shared"
    """All have the code of the series."""


class CouponStatus(IntEnum):
    """A coupon past its date lapses within a minute; whether it may be used is asked of its date, not of this."""

    HELD = 1
    USED = 2
    LAPSED = 3
    REMOVED = 4


class CouponSeries(Base):
    """What coupons of a kind bring, how many there are, and when they are issued and hold."""

    __tablename__ = "coupon_series"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "good_id"], ["good.business_id", "good.id"]),
        CheckConstraint("kind IN ('percent', 'amount', 'good', 'points')", name="kind"),
        CheckConstraint("CASE kind WHEN 'good' THEN value = 0 ELSE value > 0 END", name="value"),
        CheckConstraint("kind <> 'percent' OR value <= 10000", name="percent"),
        CheckConstraint("(kind = 'good') = (good_id IS NOT NULL)", name="good"),
        CheckConstraint("least_amount >= 0", name="least_amount"),
        CheckConstraint("issued >= 0 AND reserved >= 0 AND used BETWEEN 0 AND issued", name="numbers"),
        CheckConstraint("number_limit >= issued + reserved AND number_limit > 0", name="number_limit"),
        CheckConstraint("customer_limit > 0", name="customer_limit"),
        CheckConstraint("issue_to > issue_from", name="emission"),
        CheckConstraint("valid_days > 0", name="valid_days"),
        CheckConstraint("valid_until > valid_from", name="validity"),
        CheckConstraint("code_kind IN ('unique', 'shared')", name="code_kind"),
        CheckConstraint("(code_kind = 'shared') = (code_key <> '')", name="code"),
        Index(
            "coupon_series_code_key", "business_id", "code_key", unique=True, postgresql_where=text("code_key <> ''")
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    title: Mapped[str] = mapped_column(Text)
    """As the panel's users know it."""
    public_titles: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Language code → the title that customers read."""
    descriptions: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[Minor]
    good_id: Mapped[int | None] = mapped_column(BigInteger)
    least_amount: Mapped[Minor]
    """Of the check, before discounts, from which a coupon is taken; 0 takes it on any."""
    number_limit: Mapped[int | None] = mapped_column(Integer)
    """How many there are in all; None is no limit."""
    customer_limit: Mapped[int | None] = mapped_column(Integer)
    """How many one customer may have had, used and lapsed ones too."""
    reserved: Mapped[int] = mapped_column(Integer, server_default="0")
    """Set aside for actions that have begun."""
    issued: Mapped[int] = mapped_column(Integer, server_default="0")
    """Without those that were removed: they are left again."""
    used: Mapped[int] = mapped_column(Integer, server_default="0")
    issue_from: Mapped[Moment]
    issue_to: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """The emission period; None never ends."""
    valid_days: Mapped[int | None] = mapped_column(Integer)
    """How long a coupon holds from its issue, or from `valid_from` where that is later."""
    valid_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """No coupon of the series holds earlier or later."""
    code_kind: Mapped[str] = mapped_column(Text, server_default="unique")
    code: Mapped[Words]
    """That all coupons have, where it is shared."""
    code_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="")
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    """Whether coupons are issued; those that are out hold either way."""
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class Coupon(Base):
    """A coupon of a series. Of a shared code each holder has one, and who shows the code gets one as it is used."""

    __tablename__ = "coupon"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "series_id"], ["coupon_series.business_id", "coupon_series.id"]),
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "holder_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(
            ["business_id", "used_point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]
        ),
        ForeignKeyConstraint(["business_id", "transaction_id"], ["transaction.business_id", "transaction.id"]),
        ForeignKeyConstraint(["business_id", "source_transaction_id"], ["transaction.business_id", "transaction.id"]),
        UniqueConstraint("business_id", "issue_key"),
        CheckConstraint("(customer_id IS NULL) = (holder_id IS NULL)", name="holder"),
        CheckConstraint("(status = 2) = (used_at IS NOT NULL)", name="used"),
        CheckConstraint("(status = 4) = (removed_at IS NOT NULL)", name="removed"),
        Index("coupon_code_key", "business_id", "code_key", unique=True, postgresql_where=text("code_key <> ''")),
        # Who holds one of a series.
        Index("coupon_held_idx", "business_id", "series_id", "holder_id", postgresql_where=text("status = 1")),
        Index(
            *("coupon_expiry_idx", "business_id", "expires_at", "id"),
            postgresql_where=text("status = 1 AND expires_at IS NOT NULL"),
        ),
        Index(None, "business_id", "holder_id", "issued_at", "id"),
        Index(None, "business_id", "series_id", "status", "id"),
        Index(
            *("coupon_transaction_idx", "business_id", "transaction_id"),
            postgresql_where=text("transaction_id IS NOT NULL"),
        ),
        Index(
            *("coupon_source_transaction_idx", "business_id", "source_transaction_id"),
            postgresql_where=text("source_transaction_id IS NOT NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    series_id: Mapped[Number]
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """Who it was issued to; None may be used by whoever shows it, and becomes that customer's."""
    holder_id: Mapped[int | None] = mapped_column(BigInteger)
    """The record that it counts for: the customer's, or the one that was merged into (CP-9)."""
    bearer: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Whether it was issued to nobody."""
    code: Mapped[Words]
    """'' where the code is the series'."""
    code_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="")
    status: Mapped[CouponStatus] = mapped_column(SmallEnum(CouponStatus), server_default="1")
    issued_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """None never does."""
    issue_key: Mapped[str] = mapped_column(Text)
    """What makes it be issued once, such as sale:<transaction>:<series>:<customer>."""
    source_transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    """The sale that it came with."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who issued it."""
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    """Where; one used elsewhere is hidden from a location operator (PR-3)."""
    transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    """The sale that it was used in."""
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
