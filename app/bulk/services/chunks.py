"""One chunk: one transaction, a few statements over all of its customers (RELIABILITY: bulk work, 5 to 8)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, text, update

from app.bulk.models import Batch, BatchItem, BatchState, BatchTally, ItemState
from app.bulk.registry import Claim, action_named
from app.bulk.services.doubting import doubting
from app.bulk.services.forgetting import forget_typed
from app.bulk.services.locking import share
from app.bulk.services.writing import tell
from app.db import business_id, references_planned_once, unit_of_work
from app.extensions import db
from app.lib import dates
from app.lib.arrays import as_array
from app.scope import Scope

LEAST, MOST = 200, 10_000
QUICK, SLOW = 0.7, 1.5
"""Seconds: a chunk that took less is followed by a larger one, one that took more by a smaller."""
ERROR, MOST_STRIKES, LONGEST_WAIT = 3, 12, 30
"""A try alone is a strike, one that ended in an error of its own so many more: three errors give a customer up. A
death tells less, as whoever kills workers strikes those at work: after each the customer waits, twice as long every
time up to so many seconds, and only twelve in a row over four minutes and more give it up.
"""
FAILED = "failed"

_LIMITS = text("SELECT set_config('lock_timeout', '2000', true), set_config('statement_timeout', '15000', true)")
_CLAIM = text(
    "SELECT customer_id FROM batch_item WHERE business_id = :business AND batch_id = :batch AND customer_id > :after"
    f" AND state = {ItemState.PENDING:d} AND strikes = 0 ORDER BY customer_id LIMIT :size FOR UPDATE SKIP LOCKED"
)
_CLAIM_ONE = text(
    "SELECT customer_id FROM batch_item WHERE business_id = :business AND batch_id = :batch AND customer_id = :single"
    f" AND state = {ItemState.PENDING:d} FOR UPDATE SKIP LOCKED"
)
# Customers before balances, in the order in which everyone holds them (docs/decisions.md).
_HOLD = text(
    "SELECT id FROM customer WHERE business_id = :business AND id = ANY(:customers) ORDER BY id FOR NO KEY UPDATE"
)
_SKIP = text(
    f"UPDATE batch_item i SET state = {ItemState.SKIPPED:d}, reason = told.reason"
    " FROM unnest(CAST(:customers AS bigint[]), CAST(:reasons AS text[])) told (customer_id, reason)"
    " WHERE i.business_id = :business AND i.batch_id = :batch AND i.customer_id = told.customer_id"
)
_DONE = text(
    f"UPDATE batch_item SET state = {ItemState.DONE:d} WHERE business_id = :business AND batch_id = :batch"
    f" AND customer_id = ANY(:customers) AND state = {ItemState.PENDING:d}"
)


@dataclass(frozen=True)
class Chunk:
    """The next `size` pending customers of a batch behind one, or a single one."""

    batch: int
    size: int
    after: int
    single: int | None = None


def do_chunk(scope: Scope, chunk: Chunk) -> int:
    """Does it, all or nothing; answers with the last customer of it, 0 when there was none."""
    began = time.monotonic()
    with unit_of_work(scope), references_planned_once():
        db.session.execute(_LIMITS)
        share(chunk.batch)
        batch = db.session.get_one(Batch, (business_id(), chunk.batch))
        if batch.state is not BatchState.RUNNING:
            return 0
        customers = _claim(chunk)
        if customers:
            amount, skipped = _do(batch, customers)
            keep_tally(batch.id, customers, len(customers) - len(skipped), amount, skipped.values())
        _go_on(batch, time.monotonic() - began, full=len(customers) == chunk.size)
    return customers[-1] if customers else 0


def next_single(batch: Batch) -> int | None:
    """The customer that is tried alone, its strike written before; who had too many is given up. Needs it held.

    Who was struck comes last, when it has waited: chunks leave it out, and the others are done by then.
    """
    pending = select(BatchItem).where(*ready(batch.id))
    fresh = pending.where(BatchItem.strikes == 0).order_by(BatchItem.customer_id)
    struck = pending.where(BatchItem.strikes > 0).order_by(BatchItem.strikes, BatchItem.customer_id)
    for ordered in (fresh, struck):
        item = db.session.scalars(ordered.limit(1).with_for_update(skip_locked=True)).first()
        if item is not None:
            break
    else:
        return None
    if item.strikes >= MOST_STRIKES:
        item.state, item.reason = ItemState.FAILED, FAILED
        keep_tally(batch.id, [item.customer_id], 0, 0, [FAILED])
        db.session.flush()
        return next_single(batch)
    item.strikes, item.tried_at = item.strikes + 1, dates.now()
    return item.customer_id


def ready(number: int) -> tuple[ColumnElement[bool], ...]:
    """Which customers of a batch can be done now: pending, and not waiting after a death."""
    wait = func.make_interval(0, 0, 0, 0, 0, 0, func.least(func.power(2, BatchItem.strikes), LONGEST_WAIT))
    return (
        BatchItem.business_id == business_id(),
        BatchItem.batch_id == number,
        BatchItem.state == ItemState.PENDING,
        or_(BatchItem.tried_at.is_(None), BatchItem.tried_at + wait <= dates.now()),
    )


def keep_tally(number: int, customers: Sequence[int], done: int, amount: int, reasons: Any) -> None:
    """Writes what a chunk did, in its own transaction."""
    values = {"at": dates.now(), "done": done, "amount": amount, "reasons": dict(Counter(reasons))}
    span = {"first_customer": customers[0], "last_customer": customers[-1]}
    db.session.execute(insert(BatchTally).values(business_id=business_id(), batch_id=number, **values, **span))


def _claim(chunk: Chunk) -> list[int]:
    values = {"business": business_id(), "batch": chunk.batch}
    if chunk.single is not None:
        return list(db.session.scalars(_CLAIM_ONE, values | {"single": chunk.single}))
    return list(db.session.scalars(_CLAIM, values | {"after": chunk.after, "size": chunk.size}))


def _do(batch: Batch, customers: Sequence[int]) -> tuple[int, dict[int, str]]:
    """Answers with the sum of what was done, and why others were skipped."""
    names = {"business": business_id(), "batch": batch.id}
    db.session.execute(_HOLD, {"business": business_id(), "customers": as_array(customers)})
    skipped = _doubted(batch, customers)
    if skipped:
        told = {"customers": as_array(skipped), "reasons": list(skipped.values())}
        db.session.execute(_SKIP, names | told)
    able = [each for each in customers if each not in skipped]
    if not able:
        if batch.only_customer_id is not None and "erased" in skipped.values():
            # Its erasure did not see the batch yet, which was frozen at that moment.
            forget_typed([batch])
        return 0, skipped
    claim = Claim(batch, able, dates.now())
    amount = action_named(batch.action).work(batch).step(claim)
    tell(claim)
    db.session.execute(_DONE, names | {"customers": as_array(able)})
    return amount, skipped


def _doubted(batch: Batch, customers: Sequence[int]) -> dict[int, str]:
    doubts, values = doubting(batch, running=True)
    asked = text(
        "WITH asked AS (SELECT unnest(CAST(:asked AS bigint[])) AS customer_id)"
        f" SELECT customer_id, reason FROM ({doubts}) looked WHERE reason IS NOT NULL ORDER BY customer_id"
    )
    rows = db.session.execute(asked, {**values, "asked": as_array(customers)})
    return {row.customer_id: row.reason for row in rows}


def _go_on(batch: Batch, seconds: float, full: bool) -> None:
    """The strike is taken back, and the next chunk has the size that this one teaches."""
    size = batch.chunk
    if seconds > SLOW:
        size = max(min(LEAST, size), size // 2)
    elif full and seconds < QUICK:
        size = min(MOST, size * 2)
    values = {"strikes": 0, "chunk": size}
    db.session.execute(
        update(Batch).where(Batch.business_id == business_id(), Batch.id == batch.id).values(values),
        execution_options={"synchronize_session": False},
    )
