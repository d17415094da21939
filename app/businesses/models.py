"""Businesses and their places: franchisees, points of sale, Terminals (PR-1, PR-2)."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, synonym

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Words
from app.locale import LANGUAGES, OF_CUSTOMERS

_LANGUAGES = "{{{}}}".format(",".join(dict.fromkeys((OF_CUSTOMERS, *LANGUAGES))))


_PLACE_KEY = (
    "CASE WHEN terminal_id IS NOT NULL THEN terminal_id * 4 + 3 WHEN point_of_sale_id IS NOT NULL"
    " THEN point_of_sale_id * 4 + 2 WHEN franchisee_id IS NOT NULL THEN franchisee_id * 4 + 1 ELSE 0 END"
)


class Business(Base):
    """A tenant. Its own id is its key: the row is seen by a session that serves it."""

    __tablename__ = "business"
    __table_args__ = (
        ForeignKeyConstraint(["id", "logo_id"], ["picture.business_id", "picture.id"], use_alter=True),
        CheckConstraint("cardinality(languages) > 0", name="languages"),
        CheckConstraint("colour ~ '^(#[0-9a-f]{6})?$'", name="colour"),
        Index("business_web_address_key", "web_address", unique=True, postgresql_where=text("web_address <> ''")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    currency: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    """ISO 3166-1 alpha-2; how phones typed without + are read."""
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_LANGUAGES)
    """Those in which its customers are written to; the first is the main one, of who chose none."""
    mail_sender: Mapped[Words]
    """Whose name its e-mails bear; '' is its own."""
    logo_id: Mapped[int | None] = mapped_column(BigInteger)
    colour: Mapped[Words]
    """What its customers see it in, such as #1a2b3c; '' is our own (WL-1)."""
    address: Mapped[Words]
    """Where customers find it or write to it, in its own words."""
    web_address: Mapped[Words]
    """Where its pages for customers are, such as https://club.kvr.ua, set by support; '' is the platform's."""
    second_factor_required: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Whether nobody works in its panel without a second factor (PR-5)."""
    created_at: Mapped[Created]

    business_id = synonym("id")
    """As rows of a business name it."""


class Franchisee(Base):
    """An operator of some of the brand's points of sale (PR-2)."""

    __tablename__ = "franchisee"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class PointOfSale(Base):
    """A place where the business sells. `published` shows it to customers."""

    __tablename__ = "point_of_sale"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        Index(None, "business_id", "franchisee_id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[Words]
    published: Mapped[bool] = mapped_column(Boolean, server_default="true")
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class Terminal(Base):
    """A till of a point of sale, where salespeople sell."""

    __tablename__ = "terminal"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        Index(None, "business_id", "point_of_sale_id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    point_of_sale_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class Kiosk(Base):
    """A tablet where customers look themselves up, bound to a Terminal, with who stands at it now (KI-1).

    Until a tablet is paired with it, it is a code; then a token that the tablet holds.
    """

    __tablename__ = "kiosk"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        CheckConstraint("num_nonnulls(code_hash, token_hash) = 1", name="paired"),
        CheckConstraint("(code_hash IS NULL) = (code_until IS NULL)", name="code"),
        CheckConstraint("(visit_key IS NULL) = (visit_until IS NULL)", name="visit"),
        Index(None, "business_id", "terminal_id"),
        # A tablet says no business: its code or token alone tells it.
        Index(None, "token_hash"),
        Index(None, "code_hash"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    terminal_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    """Who let it in."""
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    paired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    visit_key: Mapped[uuid.UUID | None]
    """Of who stands there now; it stands in addresses, where no customer may."""
    visit_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    phone: Mapped[Words]
    """Of a visitor whom nobody knows yet."""
    sale_key: Mapped[uuid.UUID | None]
    """The sale that the Terminal began for the visitor."""
    created_at: Mapped[Created]


class StatsScope(Base):
    """A scope in which figures of customers are kept (CT-2).

    A program or all of them, at a franchisee, a point of sale, a Terminal or everywhere. A transaction belongs to
    every scope whose place and program, where set, are its own; none set is the business. `owner_franchisee_id` is
    the franchisee whose operators may read the scope; none means the brand's alone (PR-3).
    """

    __tablename__ = "stats_scope"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        ForeignKeyConstraint(["business_id", "franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        ForeignKeyConstraint(["business_id", "owner_franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        UniqueConstraint(
            "business_id",
            "program_id",
            "franchisee_id",
            "point_of_sale_id",
            "terminal_id",
            name="stats_scope_places_key",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "business_id", "place_key", "program_key"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    program_id: Mapped[int | None] = mapped_column(BigInteger)
    franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    terminal_id: Mapped[int | None] = mapped_column(BigInteger)
    owner_franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    program_key: Mapped[int] = mapped_column(BigInteger, Computed("coalesce(program_id, 0)"))
    place_key: Mapped[int] = mapped_column(BigInteger, Computed(_PLACE_KEY))
    """Of what it is, and which: a sale finds its scopes by both keys."""


class Feature(StrEnum):
    """What only support turns on for a business: features marked Beta, and those that need a contract (LP-3)."""

    ALPHA_NAME = "alpha-name"
    """Its SMS may go out under a sender name of its own (BA-3)."""
    VIBER = "viber"
    """It may send Viber messages (BA-1)."""
    KIOSK = "kiosk"
    """A tablet at the counter where customers identify themselves (KI-1)."""


BETA = frozenset({Feature.KIOSK})
"""Features that are still being tried."""


class BusinessFeature(Base):
    """A feature that is on; those without a row are off."""

    __tablename__ = "business_feature"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    feature: Mapped[str] = mapped_column(Text, primary_key=True)
    enabled_at: Mapped[Created]
