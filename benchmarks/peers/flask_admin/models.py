"""The customers' tables as SQLAlchemy sees them, with what belongs to a customer as relationships."""

from datetime import datetime

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from benchmarks.peers.selection import BUSINESS, EVERYWHERE, PLACE, PROGRAM, WALLET


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class CustomerStats(db.Model):
    __tablename__ = "customer_stats"
    business_id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    sales_count: Mapped[int]
    amount: Mapped[int]
    average: Mapped[int]
    last_at: Mapped[datetime]


class Category(db.Model):
    __tablename__ = "category"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Enrolment(db.Model):
    __tablename__ = "enrolment"
    business_id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    access: Mapped[int]
    category: Mapped[Category] = relationship(lazy="joined")


class Balance(db.Model):
    __tablename__ = "balance"
    business_id: Mapped[int] = mapped_column(primary_key=True)
    wallet_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
    expiring_at: Mapped[datetime]


def _one(of: str, condition: str) -> Mapped:
    """The one row of a table that belongs to a customer in this business."""
    join = f"and_(foreign({of}.customer_id) == Customer.id, {of}.business_id == {BUSINESS}, {condition})"
    return relationship(of, primaryjoin=join, uselist=False, viewonly=True)


class Customer(db.Model):
    __tablename__ = "customer"
    business_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    everywhere = _one("CustomerStats", f"CustomerStats.scope_id == {EVERYWHERE}")
    there = _one("CustomerStats", f"CustomerStats.scope_id == {PLACE}")
    enrolment = _one("Enrolment", f"Enrolment.program_id == {PROGRAM}")
    balance = _one("Balance", f"Balance.wallet_id == {WALLET}")
