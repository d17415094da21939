"""Transactions of every kind, as the tests of lists and sums need them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.businesses.models import Terminal
from app.db import business_id
from app.extensions import db
from app.transactions.models import Kind, Source, Status, Transaction
from tests.factories import default_program


def record(customer: int, terminal: int, at: datetime, **values: Any) -> int:
    """A transaction as it is said, in no figure of customers; completed, in a store, unless said otherwise."""
    place = db.session.get_one(Terminal, (business_id(), terminal)).point_of_sale_id
    standard = {"kind": Kind.SALE, "source": Source.STORE, "status": Status.COMPLETED}
    where = {"program_id": default_program().id, "point_of_sale_id": place, "terminal_id": terminal}
    row = Transaction(business_id=business_id(), customer_id=customer, at=at, **(standard | where | values))
    db.session.add(row)
    db.session.flush()
    return row.id
