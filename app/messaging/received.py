"""Messages that customers got, as conditions ask of them (CT-7)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, FromClause, func, or_, select, union_all

from app.customers.conditions.fields import Field
from app.customers.conditions.kinds import Moment
from app.customers.models import Customer
from app.customers.parameters import BUSINESS
from app.customers.registry import Sample, Source
from app.messaging.models import Direction, Message, MessageKind, MessageStatus

MESSAGES = _l("Messages")
LEFT = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
"""What is with the customer, or on its way there."""


def received_fields() -> list[Field]:
    """When a message of a kind went out to the customer; any of them is enough."""
    return [
        _field("message_at", _("Got a message"), None),
        _field("message_bulk_at", _("Got a message to many"), MessageKind.BULK),
        _field("message_news_at", _("Got news"), MessageKind.NEWS),
        _field("message_coupon_at", _("Got a message of a coupon"), MessageKind.COUPON),
        _field("message_sale_at", _("Got a notice of a sale"), MessageKind.TRANSACTION),
        _field("message_welcome_at", _("Got the welcome"), MessageKind.WELCOME),
    ]


def received(*where: ColumnElement[bool]) -> Source:
    """Rows of messages that customers got; those of a record that was merged count for the one it is read with now.

    A location operator's are of its own places and the brand's, by row-level security (PR-3).
    """
    gone: Any = (
        select(Customer.id, func.survivor_of(Customer.id).label("survivor"))
        .where(Customer.business_id == BUSINESS, Customer.merged_into_id.is_not(None))
        .cte()
        .prefix_with("MATERIALIZED")  # once, also where customers are asked one by one
    )
    left = or_(*[Message.status == each for each in LEFT])
    mine = (Message.business_id == BUSINESS, Message.direction == Direction.OUT, left, *where)
    known = (Message.distributed_at, Message.dedupe_key)
    own = select(Message.customer_id, *known).where(*mine)
    merged = select(gone.c.survivor, *known).join(gone, gone.c.id == Message.customer_id).where(*mine)
    rows = union_all(own, merged).subquery()
    return Source("received", rows, rows.c.customer_id)


def _field(key: str, label: str, kind: MessageKind | None) -> Field:
    def source(_sample: Sample) -> Source:
        return received(*([] if kind is None else [Message.kind == kind]))

    return Field(key, label, Moment(), MESSAGES, source=source, column=_moment, many=True)


def _moment(rows: FromClause) -> ColumnElement[Any]:
    return rows.c.distributed_at
