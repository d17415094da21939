"""Messages newest first: a customer's, those of records merged into it among them, and all (CP-4, CP-9, MS-1).

Row-level security leaves a location operator those of its own points of sale and of the brand (PR-3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Row, Select, cast, exists, func, or_, select, text, true, type_coerce
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from app.accounts.models import User
from app.businesses.models import PointOfSale
from app.customers.family import of_family, stretches
from app.customers.models import Customer
from app.db import autocommit_engine, business_id
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Program
from app.messaging.box_filter import UNREAD, BoxFilter
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus, UserLetter
from app.paging import Order, PageKey

ORDER = Order(Message.created_at.expression, Message.id.expression)
PREVIEWED = 400
"""Characters of a text from which its preview is made."""
MOST_UNREAD = 100
"""More unread ones than this are not counted."""
MOST_LETTERS = 10
REACHED = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.UNKNOWN)
_fallen_back, _pushed = aliased(Message), aliased(Message)
_ON_PAGE: tuple[Any, ...] = (
    # What left the house, and may have arrived. A PIN is of no use on a page, and a push whose SMS followed (BA-2)
    # says the same as that.
    *(Message.direction == Direction.OUT, Message.kind != MessageKind.PIN, Message.status.in_(REACHED)),
    or_(
        Message.channel != Channel.PUSH,
        ~exists().where(
            _fallen_back.business_id == Message.business_id,
            _fallen_back.dedupe_key == func.concat(Message.dedupe_key, ":sms"),
            _fallen_back.status.in_(REACHED),
        ),
    ),
)
WHO: tuple[Any, ...] = (Customer.first_name, Customer.last_name, Customer.phone, Customer.erased_at)
DRAWN: tuple[Any, ...] = (
    *(Message.id, Message.direction, Message.kind, Message.channel, Message.title, Message.status),
    *(Message.distributed_at, Message.ends_at, Message.read_at),
    func.left(Message.text, PREVIEWED).label("beginning"),
)


def messages(customer_id: int, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of messages and one more; `beginning` is that of the text."""
    records = stretches(customer_id)
    mine = select(Message.id).where(Message.business_id == business_id(), Message.customer_id == records.c.customer_id)
    ids = ORDER.newest(mine, key, records).subquery()
    statement = select(*DRAWN).join(ids, ids.c.id == Message.id).where(Message.business_id == business_id())
    return db.session.execute(statement.order_by(*ORDER.newest_first())).all()


def messages_on_page(customer_id: int, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of what reached a customer, as its own page lists it, and one more; `beginning` is that of the text."""
    records = stretches(customer_id)
    mine = select(Message.id).where(Message.business_id == business_id(), *_ON_PAGE)
    ids = ORDER.newest(mine.where(Message.customer_id == records.c.customer_id), key, records).subquery()
    columns: list[Any] = [*DRAWN, Message.created_at]
    statement = select(*columns).join(ids, ids.c.id == Message.id).where(Message.business_id == business_id())
    return db.session.execute(statement.order_by(*ORDER.newest_first())).all()


def message_on_page(customer_id: int, number: int) -> Message:
    """One of them; of a push whose SMS followed, that: the push may arrive still. Raises NotFound."""
    mine = select(Message).where(*_of_customer(customer_id), *_ON_PAGE)
    pushed = select(func.concat(_pushed.dedupe_key, ":sms")).where(
        _pushed.business_id == business_id(), _pushed.id == number, _pushed.channel == Channel.PUSH
    )
    either = Message.id == number, Message.dedupe_key == pushed.scalar_subquery()
    found = next((each for way in either if (each := db.session.scalars(mine.where(way)).one_or_none())), None)
    if found is None:
        raise NotFound
    return found


def unread_on_page(customer_id: int) -> int:
    """How many of them the customer has not opened, up to MOST_UNREAD; what is over is read by nobody any more."""
    fresh = Message.read_at.is_(None), or_(Message.ends_at.is_(None), Message.ends_at > func.now())
    some = select(Message.id).where(*_of_customer(customer_id), *_ON_PAGE, *fresh).limit(MOST_UNREAD).subquery()
    return int(db.session.execute(select(func.count()).select_from(some)).scalar_one())


def box_page(chosen: BoxFilter, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of all messages and one more, with their customers."""
    walked, stretches = chosen.walk()
    ids = ORDER.newest(walked, key, stretches, chosen.beside()).subquery()
    of_row = Message.business_id
    statement: Select[Any] = (
        select(*DRAWN, Message.created_at, Message.reason, Message.customer_id, *WHO)
        .join(ids, ids.c.id == Message.id)
        .outerjoin(Customer, (Customer.business_id == of_row) & (Customer.id == Message.customer_id))
        .where(of_row == business_id())
        .order_by(*ORDER.newest_first())
    )
    return db.session.execute(statement).all()


def box_counts(chosen: BoxFilter) -> dict[MessageStatus, int]:
    """How many are chosen, by status; those of none are left out."""
    if chosen.is_short:
        each = [walk for walk in (chosen.walk()[0], chosen.beside()) if walk is not None]
        return dict(sum((_by_status(walk) for walk in each), Counter[MessageStatus]()))
    walked, stretches = chosen.sorted_walk()
    of_sort = walked.with_only_columns(func.count().label("number")).lateral("counted")
    status = type_coerce(stretches.c.status, Message.status.type)
    summed = select(status, cast(func.sum(of_sort.c.number), BigInteger)).select_from(stretches.join(of_sort, true()))
    rows = db.session.execute(summed.group_by(stretches.c.status))
    return {each: number for each, number in rows if number}


def _by_status(walk: Select[Any]) -> Counter[MessageStatus]:
    counted = walk.with_only_columns(Message.status, func.count().label("number")).group_by(Message.status)
    return Counter({row.status: row.number for row in db.session.execute(counted)})


def unread_count() -> int:
    """How many came in and nobody here has opened, up to MOST_UNREAD."""
    some = select(Message.id).where(Message.business_id == business_id(), *UNREAD).limit(MOST_UNREAD).subquery()
    return int(db.session.execute(select(func.count()).select_from(some)).scalar_one())


def message_count(customer_id: int) -> int:
    """How many messages a customer got and wrote."""
    mine = select(func.count()).select_from(Message).where(*_of_customer(customer_id))
    return int(db.session.execute(mine).scalar_one())


def message_named(number: int, customer_id: int | None = None) -> Row[Any]:
    """A message, of the customer if one is named, with names of place, program and author. Raises NotFound."""
    columns: list[Any] = [Message, PointOfSale.name.label("place"), User.name.label("author")]
    columns += [Program.title.label("program"), *WHO]
    of_row = Message.business_id
    mine = _of_customer(customer_id) if customer_id else (of_row == business_id(),)
    statement = (
        select(*columns)
        .outerjoin(PointOfSale, (PointOfSale.business_id == of_row) & (PointOfSale.id == Message.point_of_sale_id))
        .outerjoin(Program, (Program.business_id == of_row) & (Program.id == Message.program_id))
        .outerjoin(User, User.id == Message.user_id)
        .outerjoin(Customer, (Customer.business_id == of_row) & (Customer.id == Message.customer_id))
        .where(*mine, Message.id == number)
    )
    found = db.session.execute(statement).first()
    if found is None:
        raise NotFound
    return found


def businesses_to_send() -> list[int]:
    """The businesses with messages that are due, or that wait for money."""
    with autocommit_engine().connect() as connection:
        return list(connection.execute(text("SELECT businesses_to_send(:now)"), {"now": dates.now()}).scalars())


def own_letters(user_id: int) -> Sequence[UserLetter]:
    """What the platform wrote to a person lately, newest first; row-level security shows one's own (BI-2)."""
    mine = UserLetter.business_id == business_id(), UserLetter.user_id == user_id
    newest = select(UserLetter).where(*mine).order_by(UserLetter.created_at.desc(), UserLetter.id.desc())
    return db.session.scalars(newest.limit(MOST_LETTERS)).all()


def _of_customer(customer_id: int) -> tuple[Any, ...]:
    return Message.business_id == business_id(), of_family(Message.customer_id, customer_id)
