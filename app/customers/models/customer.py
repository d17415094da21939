"""Customers and what is known of them: identity, answers, consents, enrolments, tags, figures (CT-1 to CT-3)."""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Minor, Moment, SmallEnum, Words
from app.loyalty.models import Access


def _sortable() -> Mapped[str]:
    # Compared byte by byte: app.lib.collation makes keys whose bytes stand in alphabetical order.
    return mapped_column(Text(collation="C"), server_default="")


class Customer(Base):
    """A person known to a business. '' is no value, so that it sorts smallest (CT-4)."""

    __tablename__ = "customer"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(
            ["business_id", "registered_point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
        ),
        ForeignKeyConstraint(["business_id", "merged_into_id"], ["customer.business_id", "customer.id"]),
        CheckConstraint("merged_into_id <> id", name="merged_into"),
        Index("customer_phone_key", "business_id", "phone", unique=True, postgresql_where=text("phone <> ''")),
        Index(None, "business_id", "phone", "id"),
        Index(None, "business_id", "name_key", "id"),
        Index(None, "business_id", "first_name_key", "id"),
        Index(None, "business_id", "last_name_key", "id"),
        Index(None, "business_id", "email", "id"),
        Index(None, "business_id", "registered_at", "id"),
        Index("customer_registered_place_idx", "business_id", "registered_point_of_sale_id", "id"),
        Index(None, "business_id", "card_count", "id"),
        Index(None, "business_id", "tag_count", "id"),
        Index(None, "business_id", "confirmed", "id"),
        Index(None, "business_id", "app_installed", "id"),
        Index(
            "customer_merged_into_idx",
            "business_id",
            "merged_into_id",
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    phone: Mapped[str] = _sortable()
    """E.164, unique in the business (CP-7)."""
    first_name: Mapped[Words]
    last_name: Mapped[Words]
    first_name_key: Mapped[str] = _sortable()
    last_name_key: Mapped[str] = _sortable()
    name_key: Mapped[str] = _sortable()
    """Last name, then first name, in alphabetical order of Ukrainian, Russian and English."""
    email: Mapped[str] = _sortable()
    """Lower case."""
    birthday: Mapped[date | None] = mapped_column(Date)
    language: Mapped[str] = mapped_column(Text, server_default="")
    registered_at: Mapped[Moment]
    registered_point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    confirmed: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Confirmed participation: redeemed points, signed in to the customer's page, or identified by QR (BA-3)."""
    app_installed: Mapped[bool] = mapped_column(Boolean, server_default="false")
    card_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    tag_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    merged_into_id: Mapped[int | None] = mapped_column(BigInteger)
    """The record that this one is read with, since someone said that both are one person (CP-9)."""
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    """Grows with each change of what the edit form shows, so that a question about the customer can be stale."""
    created_at: Mapped[Created]


def _of_customer(*more: object) -> tuple[object, ...]:
    return (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        *more,
    )


class CustomerSearch(Base):
    """What a customer is found by (CT-6): lexemes of names (A, B), phone (C), e-mail and cards (D).

    The application writes it and reads it through the function customer_search_ids alone: text search
    operators are not leakproof, so under a policy PostgreSQL would not use the index.
    """

    __tablename__ = "customer_search"
    __table_args__ = _of_customer(
        Index("customer_search_document_idx", "document", postgresql_using="gin"),
    )

    business_id: Mapped[BusinessKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    document: Mapped[str] = mapped_column(TSVECTOR)


class Card(Base):
    """A number by which a customer is identified, besides the phone."""

    __tablename__ = "card"
    __table_args__ = _of_customer(UniqueConstraint("business_id", "number"), Index(None, "business_id", "customer_id"))

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Created]


class Tag(Base):
    """A key with a value that people put on a customer (CP-6)."""

    __tablename__ = "tag"
    __table_args__ = _of_customer(Index(None, "business_id", "key", "value", "customer_id"))

    business_id: Mapped[BusinessKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Created]


class Answer(Base):
    """What a customer answered to a question of the questionnaire, in the column of the question's kind (LP-7)."""

    __tablename__ = "answer"
    __table_args__ = _of_customer(
        ForeignKeyConstraint(
            ["business_id", "field_id"], ["questionnaire_field.business_id", "questionnaire_field.id"]
        ),
        ForeignKeyConstraint(
            ["business_id", "choice_id"], ["questionnaire_choice.business_id", "questionnaire_choice.id"]
        ),
        CheckConstraint("num_nonnulls(words, number, day, yes, choice_id) = 1", name="one_value"),
        *(
            Index(
                f"answer_{value}_idx",
                "business_id",
                "field_id",
                value,
                "customer_id",
                postgresql_where=text(f"{value} IS NOT NULL"),
            )
            for value in ("words_key", "number", "day", "yes", "choice_id")
        ),
    )

    business_id: Mapped[BusinessKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    field_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    words: Mapped[str | None] = mapped_column(Text)
    words_key: Mapped[str | None] = mapped_column(Text(collation="C"))
    """The words' alphabetical order; of text as long as people like, the beginning."""
    number: Mapped[int | None] = mapped_column(BigInteger)
    """In ten-thousandths."""
    day: Mapped[date | None] = mapped_column(Date)
    yes: Mapped[bool | None] = mapped_column(Boolean)
    choice_id: Mapped[int | None] = mapped_column(BigInteger)


class ConsentKind(IntEnum):
    """What a customer agrees to, or not: that its data are processed, that it is written to on a channel (CP-7)."""

    PROCESSING = 1
    SMS = 2
    PUSH = 3
    EMAIL = 4
    VIBER = 5


CHANNELS = tuple(kind for kind in ConsentKind if kind is not ConsentKind.PROCESSING)


class Consent(Base):
    """What a customer said last of a kind of consent, when, and who wrote it down.

    With no row, processing was not agreed to, and the customer has not opted out of a channel.
    """

    __tablename__ = "consent"
    __table_args__ = _of_customer()

    business_id: Mapped[BusinessKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[ConsentKind] = mapped_column(SmallEnum(ConsentKind), primary_key=True)
    granted: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[Moment]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """None when the customer said so itself."""


class Enrolment(Base):
    """A customer in a program, with category and access type there (AC-1 to AC-3).

    Everyone is enrolled in the default program, so that sorting by category or access misses nobody.
    """

    __tablename__ = "enrolment"
    __table_args__ = _of_customer(
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        ForeignKeyConstraint(["business_id", "category_id"], ["category.business_id", "category.id"]),
        Index(None, "business_id", "program_id", "category_id", "customer_id"),
        Index(None, "business_id", "program_id", "access", "customer_id"),
    )

    business_id: Mapped[BusinessKey]
    program_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    category_id: Mapped[int] = mapped_column(BigInteger)
    category_by_hand: Mapped[bool] = mapped_column(Boolean, server_default="false")
    access: Mapped[Access] = mapped_column(SmallEnum(Access))
    enrolled_at: Mapped[Created]
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the customer left the program by itself (LP-5): it has no access, until someone gives it access again."""


class CustomerStats(Base):
    """A customer's sales in a scope, kept in the same transaction as each sale.

    A row in the business's scope lists the customer in the table; a row in a franchisee's scope shows the
    customer to that franchisee's operators (PR-3), with no sales when it only registered there. A program's scopes,
    everywhere or at a franchisee, have a row for each of those customers who is enrolled, with or without sales.
    """

    __tablename__ = "customer_stats"
    __table_args__ = _of_customer(
        ForeignKeyConstraint(["business_id", "scope_id"], ["stats_scope.business_id", "stats_scope.id"]),
        CheckConstraint("sales_count >= 0", name="sales_count"),
        Index(None, "business_id", "scope_id", "sales_count", "customer_id"),
        # With it, the sums under the table are read out of one index.
        Index(None, "business_id", "scope_id", "amount", "customer_id", postgresql_include=["sales_count"]),
        Index(None, "business_id", "scope_id", "average", "customer_id"),
        Index(None, "business_id", "scope_id", "first_at", "customer_id"),
        Index(None, "business_id", "scope_id", "last_at", "customer_id"),
    )

    business_id: Mapped[BusinessKey]
    scope_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sales_count: Mapped[int] = mapped_column(Integer, server_default="0")
    amount: Mapped[Minor]
    average: Mapped[Minor]
    """amount / sales_count, rounded half up; 0 without sales."""
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]
    """app.lib.dates.NEVER without sales."""
