"""What customers write to a business, which is the one that last wrote to their phone from that number (MS-1)."""

from __future__ import annotations

import hashlib

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.customers.family import survivor_of
from app.customers.models import ConsentKind, Customer
from app.customers.queries import customer_to_change
from app.customers.services.leaving import stop_channel
from app.db import business_id, one_row, unit_of_work
from app.extensions import db
from app.lib import dates
from app.messaging.gateways.base import Incoming
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus
from app.scope import Scope

STOP = frozenset({"stop", "стоп", "stopall", "unsubscribe", "відписатись", "відписатися", "отписаться"})
"""Alone in a message, they opt its writer out of the channel."""
LONGEST = 4000
CONSENTS = {Channel.SMS: ConsentKind.SMS, Channel.VIBER: ConsentKind.VIBER, Channel.EMAIL: ConsentKind.EMAIL}
_log = structlog.get_logger(__name__)


def take_incoming(gateway: str, channel: Channel, incoming: Incoming) -> None:
    """Writes a message to us down, once; nobody's is left out, as it names no business."""
    found = _writer(channel, incoming)
    if found is None:
        _log.info("message to us of nobody", gateway=gateway)
        return
    business, writer = found
    with unit_of_work(Scope(business)):
        customer = survivor_of(writer)
        is_new = _write(gateway, channel, incoming, customer)
        if is_new and incoming.text.strip(" .!\n\r\t\"'").casefold() in STOP:
            stop_channel(customer_to_change(customer), CONSENTS[channel])


def _writer(channel: Channel, incoming: Incoming) -> tuple[int, int] | None:
    """The business that is meant, and its customer; None where there is no such one."""
    if incoming.business_id is not None:
        with unit_of_work(Scope(incoming.business_id)):
            mine = Customer.business_id == business_id(), Customer.phone == incoming.address
            customer = db.session.scalar(select(Customer.id).where(*mine))
        return (incoming.business_id, customer) if customer else None
    found = one_row(
        "SELECT * FROM written_to(:phone, CAST(:channel AS smallint), :number)",
        phone=incoming.address,
        channel=int(channel),
        number=incoming.to,
    )
    return (found.business_id, found.customer_id) if found else None


def _write(gateway: str, channel: Channel, incoming: Incoming, customer_id: int) -> bool:
    """Whether it was not there before."""
    name = incoming.gateway_id or hashlib.sha256(f"{incoming}".encode()).hexdigest()
    at = incoming.at or dates.now()
    row = insert(Message).values(
        business_id=business_id(),
        customer_id=customer_id,
        direction=Direction.IN,
        kind=MessageKind.NOTICE,
        channel=channel,
        text=incoming.text.replace("\0", "")[:LONGEST],
        status=MessageStatus.DELIVERED,
        dedupe_key=f"in:{gateway}:{name[:200]}",
        gateway=gateway,
        created_at=at,
        distributed_at=at,
    )
    return db.session.scalar(row.on_conflict_do_nothing().returning(Message.id)) is not None
