"""The messages behind charges, as a list of charges shows them: what for, and the last digits of the phone (BI-1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import url_for
from sqlalchemy import func, select

from app.billing.subjects import Subject
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.identity import person
from app.messaging.models import Message
from app.messaging.words import Words
from app.permissions import Permission

LAST_DIGITS = 4


def charged_messages(ids: Collection[int]) -> Mapping[int, Subject]:
    """No more of the phone leaves the database, and who may not read messages is led to none."""
    words, reads = Words().kind_words, person().may(Permission.READ_MESSAGES)
    statement = (
        select(Message.id, Message.kind, func.right(Customer.phone, LAST_DIGITS).label("digits"))
        .outerjoin(Customer, (Customer.business_id == Message.business_id) & (Customer.id == Message.customer_id))
        .where(Message.business_id == business_id(), Message.id.in_(ids))
    )
    return {
        row.id: Subject(
            words[row.kind],
            f"•••• {row.digits}" if row.digits else "",
            url_for("messaging.index", message_id=row.id) if reads else None,
        )
        for row in db.session.execute(statement)
    }
