"""Sales and manual credits as they happened, with their lines; a transaction is never edited (TE-5).

Beside them, kept with each sale: who bought which good.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Minor, Moment, Number, SmallEnum, Words


class Kind(IntEnum):
    SALE = 1
    CREDIT = 2
    """Points or money credited by hand or in bulk; no sale, counted in no figure of sales."""


class Source(IntEnum):
    STORE = 1
    API = 2
    PANEL = 3


class Status(IntEnum):
    COMPLETED = 1
    CANCELLED = 2


class Extra(StrEnum):
    """What stands beside the lines of a sale."""

    COUPON = "coupon"
    OFFER = "offer"
    GIFT_CARD = "gift_card"
    GIFT = "gift"
    """A good that came with the check, by a rule or a coupon."""
    ISSUED = "issued"
    """A coupon that a rule gave."""
    NOT_ISSUED = "not_issued"
    """One that a rule would have given; `why` says why not."""


UNCOUNTED = f"(kind <> {Kind.SALE:d} OR status <> {Status.COMPLETED:d})"
"""What no figure of sales counts, in the words of the index that lists it."""


_CLASS = ("kind", "source", "status")


class Transaction(Base):
    """One sale or credit at a Terminal. Amounts are in the smallest unit of the business's currency."""

    __tablename__ = "transaction"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        CheckConstraint("gross >= 0 AND discount >= 0 AND discount <= gross", name="gross"),
        # With what is beside the key, a customer's list is filtered and summed up out of the index alone.
        Index(
            *(None, "business_id", "customer_id", "at", "id"),
            postgresql_include=[
                *("point_of_sale_id", "kind", "status", "gross", "discount", "points_paid"),
                *("points_for_offers", "points_earned"),
            ],
        ),
        Index(
            *("transaction_uncounted_idx", "business_id", "customer_id"),
            postgresql_include=["point_of_sale_id"],
            postgresql_where=text(UNCOUNTED),
        ),
        # The log adds up and reports a period out of the index alone (TL-1).
        Index(
            *(None, "business_id", "at", "id"),
            postgresql_include=[
                *("program_id", "point_of_sale_id", "terminal_id", "kind", "source", "status"),
                *("gross", "discount", "points_paid", "account_paid", "points_for_offers", "points_earned"),
            ],
        ),
        # Its pages are the newest of a few stretches, each of one program or Terminal, kind, source and status.
        Index(
            *("transaction_of_program_idx", "business_id", "program_id", *_CLASS, "at", "id"),
            postgresql_include=["point_of_sale_id"],
        ),
        Index(
            *("transaction_of_terminal_idx", "business_id", "terminal_id", *_CLASS, "at", "id"),
            postgresql_include=["program_id", "point_of_sale_id"],
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[Number]
    program_id: Mapped[Number]
    point_of_sale_id: Mapped[Number]
    terminal_id: Mapped[Number]
    kind: Mapped[Kind] = mapped_column(SmallEnum(Kind))
    source: Mapped[Source] = mapped_column(SmallEnum(Source))
    status: Mapped[Status] = mapped_column(SmallEnum(Status))
    at: Mapped[Moment]
    gross: Mapped[Minor]
    """Sum of the lines before discounts."""
    discount: Mapped[Minor]
    points_paid: Mapped[Minor]
    """Hundredths of a point; one point pays one unit of the currency (LP-1)."""
    account_paid: Mapped[Minor]
    """From money accounts and by gift cards: money that was received when they were filled."""
    points_for_offers: Mapped[Minor]
    """Hundredths of a point that the offers redeemed cost; they pay nothing of the check (LP-8)."""
    points_earned: Mapped[Minor]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    api_key_id: Mapped[int | None] = mapped_column(BigInteger)
    """The key of the program that made it (AP-1). Keys are never removed, and each sale would pay for a constraint."""
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """Every rule that was looked at: its name as it was then, whether it applied and why (CP-3)."""
    extras: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """What was redeemed and given beside the lines, each with its Extra as `kind`, as it was called then (CP-3)."""

    @property
    def amount(self) -> int:
        """The basket's value: what was to be paid after discounts."""
        return self.gross - self.discount

    @property
    def points_spent(self) -> int:
        """To pay, and for offers."""
        return self.points_paid + self.points_for_offers

    @property
    def from_gift_cards(self) -> int:
        """The part of `account_paid` that gift cards paid."""
        return sum(each["amount"] for each in self.extras if each["kind"] == Extra.GIFT_CARD)

    @property
    def from_accounts(self) -> int:
        return self.account_paid - self.from_gift_cards


class TransactionLine(Base):
    """One good of a transaction as it was sold."""

    __tablename__ = "transaction_line"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "transaction_id"], ["transaction.business_id", "transaction.id"]),
        ForeignKeyConstraint(["business_id", "good_id"], ["good.business_id", "good.id"]),
        CheckConstraint("discount >= 0 AND discount <= gross", name="discount"),
    )

    business_id: Mapped[BusinessKey]
    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[Words]
    name: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Number]
    """Thousandths of the unit."""
    gross: Mapped[Minor]
    discount: Mapped[Minor]
    good_id: Mapped[int | None] = mapped_column(BigInteger)
    """None for what no list of goods knows."""


class CustomerGood(Base):
    """A good that a customer bought in a program at a Terminal: in so many completed sales, more than none.

    Kept in the same transaction as each sale and cancel (app.transactions.bought), so that who bought a good is a
    stretch of an index. `scope_id` is the leaf of the scopes, that of the program and the Terminal.
    """

    __tablename__ = "customer_good"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "good_id"], ["good.business_id", "good.id"]),
        ForeignKeyConstraint(["business_id", "scope_id"], ["stats_scope.business_id", "stats_scope.id"]),
        CheckConstraint("sales_count >= 0", name="sales_count"),
        Index(None, "business_id", "good_id", "customer_id", "scope_id"),
    )

    business_id: Mapped[BusinessKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    good_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    scope_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sales_count: Mapped[int] = mapped_column(Integer)


class Pin(Base):
    """A PIN that a customer tells the salesperson to redeem many points (TE-3): for one basket at one Terminal."""

    __tablename__ = "pin"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        Index(None, "business_id", "customer_id", "created_at"),
        Index(None, "business_id", "terminal_id", "created_at"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[Number]
    terminal_id: Mapped[Number]
    basket_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Of customer, Terminal, lines and points: it opens nothing else."""
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Counted by the function take_pin_try alone, before the code is compared."""
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class OpenSale(Base):
    """A sale that a Terminal is making, from the customer to the receipt (TE-2); it lasts a day, is sold once (TE-6).

    Its key stands in addresses, where no customer may; it is the key of the form that confirms it, too.
    """

    __tablename__ = "open_sale"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        ForeignKeyConstraint(["business_id", "pin_id"], ["pin.business_id", "pin.id"]),
        ForeignKeyConstraint(["business_id", "transaction_id"], ["transaction.business_id", "transaction.id"]),
        Index(None, "business_id", "terminal_id", "created_at"),
    )

    business_id: Mapped[BusinessKey]
    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    terminal_id: Mapped[Number]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    program_id: Mapped[Number]
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """None until a new customer is registered."""
    phone: Mapped[Words]
    """Of who is not registered yet."""
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    points: Mapped[Minor]
    accounts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    """Wallet → amount."""
    brought: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """Coupons, offers and gift cards to redeem, as app.transactions.services.basket.Brought writes them."""
    pin_id: Mapped[int | None] = mapped_column(BigInteger)
    """The PIN that was sent for the basket as it is."""
    transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    """The sale, once it is made."""
    created_at: Mapped[Created]
