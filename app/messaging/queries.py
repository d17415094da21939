"""A customer's messages, those of records merged into it among them, newest first (CP-4, CP-9).

Row-level security leaves a location operator those of its own points of sale and of the brand (PR-3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, text
from werkzeug.exceptions import NotFound

from app.accounts.models import User
from app.businesses.models import PointOfSale
from app.customers.family import of_family, stretches
from app.db import autocommit_engine, business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Message
from app.paging import Order, PageKey

ORDER = Order(Message.created_at.expression, Message.id.expression)
PREVIEWED = 400
"""Characters of a text from which its preview is made."""


def messages(customer_id: int, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of messages and one more; `beginning` is that of the text."""
    records = stretches(customer_id)
    mine = select(Message.id).where(Message.business_id == business_id(), Message.customer_id == records.c.customer_id)
    ids = ORDER.newest(mine, key, records).subquery()
    columns: list[Any] = [
        *(Message.id, Message.direction, Message.kind, Message.channel, Message.title, Message.status),
        *(Message.distributed_at, Message.ends_at, Message.read_at),
        func.left(Message.text, PREVIEWED).label("beginning"),
    ]
    statement = select(*columns).join(ids, ids.c.id == Message.id).where(Message.business_id == business_id())
    return db.session.execute(statement.order_by(*ORDER.newest_first())).all()


def message_count(customer_id: int) -> int:
    """How many messages a customer got and wrote."""
    mine = select(func.count()).select_from(Message).where(*_of_customer(customer_id))
    return int(db.session.execute(mine).scalar_one())


def message_named(customer_id: int, number: int) -> Row[Any]:
    """A customer's message with names of place and author. Raises NotFound."""
    columns: list[Any] = [Message, PointOfSale.name.label("place"), User.name.label("author")]
    statement = (
        select(*columns)
        .outerjoin(
            PointOfSale,
            (PointOfSale.business_id == Message.business_id) & (PointOfSale.id == Message.point_of_sale_id),
        )
        .outerjoin(User, User.id == Message.user_id)
        .where(*_of_customer(customer_id), Message.id == number)
    )
    found = db.session.execute(statement).first()
    if found is None:
        raise NotFound
    return found


def businesses_to_send() -> list[int]:
    """The businesses with messages that are due, or that wait for money."""
    with autocommit_engine().connect() as connection:
        return list(connection.execute(text("SELECT businesses_to_send(:now)"), {"now": dates.now()}).scalars())


def _of_customer(customer_id: int) -> tuple[Any, ...]:
    return Message.business_id == business_id(), of_family(Message.customer_id, customer_id)
