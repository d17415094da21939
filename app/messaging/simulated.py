"""What the simulator took in place of phones, by customer, and what is done at a phone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from werkzeug.exceptions import NotFound

from app.customers.family import of_family
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.gateways import gateway_for
from app.messaging.models import Channel, Direction, Message, MessageStatus, SimulatedEvent, SimulatedMessage

LOOKED_AT, MOST_PHONES, MOST_SHOWN = 2_000, 50, 100


def is_simulated() -> bool:
    """Whether messages of some channel go to the simulator now."""
    return any(gateway_for(each).name == "simulator" for each in (Channel.SMS, Channel.PUSH, Channel.EMAIL))


def may_answer() -> bool:
    """Whether simulated phones write SMS: while these go by an operator, nobody writes in a customer's name."""
    return gateway_for(Channel.SMS).name == "simulator"


def phones() -> Sequence[Row[Any]]:
    """Customers with their newest call, newest first: as many as the newest LOOKED_AT calls were for."""
    newest = select(SimulatedMessage).where(SimulatedMessage.business_id == business_id())
    calls = newest.order_by(SimulatedMessage.id.desc()).limit(LOOKED_AT).subquery()
    of_customer = (
        select(Message.customer_id, Message.kind, calls)
        .join(Message, and_(Message.business_id == calls.c.business_id, Message.id == calls.c.message_id))
        .where(Message.business_id == business_id())
        .ext(distinct_on(Message.customer_id))
        .order_by(Message.customer_id, calls.c.id.desc())
        .subquery()
    )
    named = select(of_customer, Customer.first_name, Customer.last_name, Customer.phone).join(
        Customer, and_(Customer.business_id == business_id(), Customer.id == of_customer.c.customer_id)
    )
    return db.session.execute(named.order_by(of_customer.c.id.desc()).limit(MOST_PHONES)).all()


def on_phone(customer_id: int) -> Sequence[Row[Any]]:
    """What a customer's phone shows and what it wrote, newest first: messages, each with its calls."""
    call = SimulatedMessage
    columns: list[Any] = [Message, call]
    shown = (
        select(*columns)
        .outerjoin(call, and_(call.business_id == Message.business_id, call.message_id == Message.id))
        .where(Message.business_id == business_id(), of_family(Message.customer_id, customer_id))
        .where(or_(call.id.is_not(None), Message.direction == Direction.IN))
    )
    newest = shown.order_by(Message.created_at.desc(), Message.id.desc(), call.id.desc())
    return db.session.execute(newest.limit(MOST_SHOWN)).all()


def due_later(messages: Collection[int]) -> Mapping[int, datetime]:
    """Message → when the simulator will tell what became of it, where that is still to come."""
    names = {f"{business_id()}-{each}": each for each in messages}
    coming = select(SimulatedEvent.reference, func.min(SimulatedEvent.due_at)).where(
        SimulatedEvent.business_id == business_id(),
        SimulatedEvent.due_at > dates.now(),
        SimulatedEvent.reference.in_(names),
    )
    return {names[name]: at for name, at in db.session.execute(coming.group_by(SimulatedEvent.reference))}


def tell_now(message_id: int, status: MessageStatus) -> None:
    """Has a message that is still on its way arrive or fail at once. Raises NotFound for one that is not."""
    mine = (
        SimulatedEvent.business_id == business_id(),
        SimulatedEvent.reference == f"{business_id()}-{message_id}",
        SimulatedEvent.due_at > dates.now(),
    )
    gone = db.session.execute(delete(SimulatedEvent).where(*mine).returning(SimulatedEvent.gateway_id)).scalars().all()
    if not gone:
        raise NotFound
    for part in dict.fromkeys(gone):
        _tell(gateway_id=part, reference=f"{business_id()}-{message_id}", status=status)


def answer_from(customer: Customer, text: str) -> None:
    """Has a customer's phone write to the number that last wrote to it: it comes in as from any gateway."""
    last = (
        select(SimulatedMessage.sender)
        .where(SimulatedMessage.business_id == business_id(), SimulatedMessage.address == customer.phone)
        .order_by(SimulatedMessage.id.desc())
        .limit(1)
    )
    _tell(address=customer.phone, sender=db.session.scalar(last) or "", text=text)


def _tell(**said: object) -> None:
    db.session.add(SimulatedEvent(business_id=business_id(), due_at=dates.now(), **said))
    db.session.flush()
