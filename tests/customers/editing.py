"""What tests of forms about customers share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.audit import AuditEntry, AuditValue
from app.customers.details import Details, details_of
from app.customers.models import Customer
from app.extensions import db
from tests.people import Shop

Changes = dict[str, tuple[object, object]]


def page(customer: int) -> str:
    """The address of the edit form, and of what it is sent to."""
    return f"/customers/{customer}/edit"


def kept(shop: Shop, customer_id: int) -> Details:
    """What is kept of a customer."""
    with shop.work():
        return details_of(db.session.get_one(Customer, (shop.id, customer_id)))


def column(shop: Shop, customer_id: int, name: str) -> Any:
    with shop.work():
        return getattr(db.session.get_one(Customer, (shop.id, customer_id)), name)


def audit_lines(shop: Shop, kind: str, subject_id: int) -> list[tuple[str, Changes]]:
    """What the audit log has about something, newest first: action, and old and new values by field."""
    with shop.work():
        lines = select(AuditEntry).where(AuditEntry.subject_kind == kind, AuditEntry.subject_id == subject_id)
        values = db.session.scalars(select(AuditValue)).all()
        return [
            (line.action, {each.field: (each.old, each.new) for each in values if each.entry_id == line.id})
            for line in db.session.scalars(lines.order_by(AuditEntry.id.desc()))
        ]
