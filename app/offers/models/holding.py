"""How many coupons and offers each customer holds, to sort by (CT-1); wrong codes at each Terminal."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Moment


class CustomerHolding(Base):
    """What a customer has in hand: neither used, nor removed, nor past its date. Every customer has a row.

    Kept in the unit of work that changes a coupon or an offer; what passes its date leaves within a minute.
    """

    __tablename__ = "customer_holding"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        CheckConstraint("coupons >= 0", name="coupons"),
        CheckConstraint("offers >= 0", name="offers"),
        Index(None, "business_id", "coupons", "customer_id"),
        Index(None, "business_id", "offers", "customer_id"),
    )

    business_id: Mapped[BusinessKey]
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    coupons: Mapped[int] = mapped_column(Integer, server_default="0")
    offers: Mapped[int] = mapped_column(Integer, server_default="0")


class CodeGuess(Base):
    """How many codes were wrong at a Terminal since a moment; counted before they are compared."""

    __tablename__ = "code_guess"
    __table_args__ = (ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),)

    business_id: Mapped[BusinessKey]
    terminal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    since: Mapped[Moment]
    tries: Mapped[int] = mapped_column(SmallInteger)
