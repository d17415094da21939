"""A customer and the records that were merged into it: histories are read of all of them, no row moves (CP-9).

Customers are held before their balances, and in the order of their ids, so that nobody waits crosswise. A sale, a
cancel, an edit, a merge, its undoing and an erasure of a customer wait for each other. What only refers to it, such as
an expiry that holds its balance already, does not: so nobody who holds a customer waits for one who waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, any_, column, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from app.db import business_id
from app.extensions import db


def family(customer_id: int) -> list[int]:
    """The customer itself, then what was merged into it, by way of others too; mostly it is alone."""
    return list(db.session.scalars(select(func.family_of(customer_id))).one())


def survivor_of(customer_id: int) -> int:
    """The record that a customer is read with now, by way of others too; itself, where nobody merged it."""
    return int(db.session.scalar(select(func.survivor_of(customer_id))) or customer_id)


def of_family(customer: InstrumentedAttribute[Any], customer_id: int) -> ColumnElement[bool]:
    """Whether rows are of the customer or of what was merged into it, worked out within the statement."""
    return customer == any_(_family_of(customer_id))


def stretches(customer_id: int) -> FromClause:
    """The members as rows of one column, customer_id: each is a stretch of an index that begins with the customer."""
    listed = func.unnest(_family_of(customer_id))
    return listed.table_valued(column("customer_id", BigInteger), name="member").render_derived()


def _family_of(customer_id: int) -> ColumnElement[list[int]]:
    return func.family_of(literal(customer_id, BigInteger), type_=ARRAY(BigInteger))


_HOLD = text(
    "SELECT id FROM customer WHERE business_id = :business AND id = ANY(:customers) ORDER BY id FOR NO KEY UPDATE"
)


@dataclass(frozen=True)
class Family:
    """A customer and the records that were merged into it, the customer first; all of them are held."""

    survivor: int
    members: list[int]


def hold_customers(customers: Sequence[int]) -> None:
    """Has whoever else holds one of them first wait until the end of this unit of work."""
    db.session.execute(_HOLD, {"business": business_id(), "customers": list(customers)})


def hold_family(customer_id: int, others: Callable[[], Collection[int]] = tuple) -> Family:
    """Holds all records of the person that a record belongs to, whatever was merged or undone meanwhile.

    `others` answers with customers that are held with them, in one order, whoever they are by then.
    """
    while True:
        known, more = _family_now(customer_id), set(others())
        with db.session.begin_nested() as attempt:
            hold_customers([*known.members, *more])
            if (_family_now(customer_id), set(others())) == (known, more):
                return known
            attempt.rollback()


def _family_now(customer_id: int) -> Family:
    survivor = survivor_of(customer_id)
    return Family(survivor, family(survivor))
