"""Batches as pages and jobs ask for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from werkzeug.exceptions import NotFound

from app.accounts.models import User
from app.bulk.models import Batch, BatchItem, BatchLimit, BatchState, BatchTally, ItemState
from app.customers.models import Customer
from app.db import autocommit_engine, business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, Message, MessageStatus
from app.permissions import Role

PAGE_SIZE = 50
RECENT = 20
"""So many of the last chunks tell how quick it is."""


@dataclass(frozen=True)
class Progress:
    """What is done so far, by the chunks that did it."""

    done: int
    amount: int
    reasons: Counter[str]
    """Why customers were skipped in the run, or failed."""
    rate: float
    """Customers a second; 0 where nothing tells."""

    @property
    def handled(self) -> int:
        return self.done + self.reasons.total()


def due_batches() -> list[tuple[int, int]]:
    """Business and id of what waits for a worker, in every business; outside of any scope."""
    with autocommit_engine().connect() as connection:
        rows = connection.execute(text("SELECT * FROM due_batches(:moment)"), {"moment": dates.now()})
        return [(row.business_id, row.batch_id) for row in rows]


def batch_named(number: int) -> Batch:
    """A batch that this person sees. Raises NotFound."""
    found = db.session.get(Batch, (business_id(), number))
    if found is None:
        raise NotFound
    return found


def batches(before: int | None = None) -> Sequence[Batch]:
    """Those that were chosen what for, newest first: a page and one."""
    mine = select(Batch).where(Batch.business_id == business_id(), Batch.state != BatchState.CHOSEN)
    if before is not None:
        mine = mine.where(Batch.id < before)
    return db.session.scalars(mine.order_by(Batch.id.desc()).limit(PAGE_SIZE + 1)).all()


def undoing_of(number: int) -> Batch | None:
    """The batch that takes another back, if one was begun and not cancelled."""
    mine = select(Batch).where(
        Batch.business_id == business_id(), Batch.undoes_id == number, Batch.state != BatchState.CANCELLED
    )
    return db.session.scalars(mine).first()


def names_of(people: set[int]) -> dict[int, str]:
    """Who users are, as far as they still work here."""
    known = select(User.id, User.name).where(User.id.in_(people))
    return {row.id: row.name for row in db.session.execute(known)}


def progress_of(number: int) -> Progress:
    """Summed over the chunks, of which there are few however many the customers."""
    of_batch = select(BatchTally).where(BatchTally.business_id == business_id(), BatchTally.batch_id == number)
    tallies = db.session.scalars(of_batch.order_by(BatchTally.id)).all()
    reasons: Counter[str] = Counter()
    for each in tallies:
        reasons.update(each.reasons)
    return Progress(
        sum(each.done for each in tallies), sum(each.amount for each in tallies), reasons, _rate(tallies[-RECENT:])
    )


def _rate(recent: Sequence[BatchTally]) -> float:
    if len(recent) < 2:
        return 0
    seconds = (recent[-1].at - recent[0].at).total_seconds()
    return sum(each.done + sum(each.reasons.values()) for each in recent[1:]) / seconds if seconds > 0 else 0


def last_handled(number: int, most: int = 10) -> tuple[datetime | None, list[Row[Any]]]:
    """When the last chunk was done, and some of its customers."""
    of_batch = select(BatchTally).where(BatchTally.business_id == business_id(), BatchTally.batch_id == number)
    last = db.session.scalars(of_batch.order_by(BatchTally.id.desc()).limit(1)).first()
    if last is None:
        return None, []
    within = BatchItem.customer_id.between(last.first_customer, last.last_customer)
    handled = _rows(number).where(within, BatchItem.state != ItemState.PENDING, Customer.erased_at.is_(None))
    return last.at, list(db.session.execute(handled.order_by(BatchItem.customer_id.desc()).limit(most)))


def item_page(number: int, reason: str, after: int) -> list[Row[Any]]:
    """Customers of whom the same became, behind one: a page and one. Those done have no reason."""
    kind = BatchItem.reason == reason if reason else BatchItem.state == ItemState.DONE
    page = _rows(number).where(kind, BatchItem.customer_id > after)
    return list(db.session.execute(page.order_by(BatchItem.customer_id).limit(PAGE_SIZE + 1)))


def lacking_page(number: int, after: int) -> list[Row[Any]]:
    """Customers whose text has an empty variable, behind one: a page and one."""
    page = _rows(number).add_columns(BatchItem.lacks).where(BatchItem.lacks.is_not(None), BatchItem.customer_id > after)
    return list(db.session.execute(page.order_by(BatchItem.customer_id).limit(PAGE_SIZE + 1)))


def _rows(number: int) -> Any:
    """Items with their customers; of who cannot be seen any more the name is missing."""
    mine = (Customer.business_id == BatchItem.business_id) & (Customer.id == BatchItem.customer_id)
    rows = select(
        *(BatchItem.customer_id, BatchItem.state, BatchItem.reason, BatchItem.amount),
        *(Customer.first_name, Customer.last_name, Customer.phone, Customer.erased_at),
    ).outerjoin(Customer, mine)
    return rows.where(BatchItem.business_id == business_id(), BatchItem.batch_id == number)


def sent_of(number: int) -> list[tuple[Channel, MessageStatus, int]]:
    """What became of the messages of a batch, by their ways."""
    mine = (Message.business_id == business_id(), of_batch(Message.dedupe_key, number))
    counted = select(Message.channel, Message.status, func.count()).where(*mine)
    rows = db.session.execute(counted.group_by(Message.channel, Message.status).order_by(func.count().desc()))
    return [(channel, status, found) for channel, status, found in rows]


def of_batch(dedupe_key: Any, number: int) -> Any:
    """Whether messages are those of a batch: their keys are a stretch of the unique index of what writes each once."""
    return (dedupe_key >= f"batch:{number}:") & (dedupe_key < f"batch:{number};")


def limits() -> dict[Role, int]:
    """Over how many customers a second person is asked, by the role of the first."""
    mine = db.session.scalars(select(BatchLimit).where(BatchLimit.business_id == business_id()))
    return {Role(each.role): each.customers for each in mine}
