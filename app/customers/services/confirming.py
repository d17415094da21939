"""Customers confirm that they take part: by redeeming, by signing in to their page, by showing its QR code (BA-3)."""

from __future__ import annotations

from sqlalchemy import update

from app import audit
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db


def confirm(customer_id: int) -> bool:
    """Whether this was not known yet. A sale tells of itself; nothing is written to the audit log."""
    mine = update(Customer).where(
        Customer.business_id == business_id(), Customer.id == customer_id, Customer.confirmed.is_(False)
    )
    return db.session.execute(mine.values(confirmed=True).returning(Customer.id)).first() is not None


def confirm_and_record(customer_id: int) -> None:
    """The same, told by the audit log: for what leaves no other trace."""
    if confirm(customer_id):
        audit.record("customer.confirm", audit.Subject("customer", customer_id), {"confirmed": (False, True)})
