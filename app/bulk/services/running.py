"""The work of a batch, chunk by chunk, each customer exactly once whatever dies meanwhile (BA-13, RELIABILITY).

All truth is in the rows: a worker that is killed leaves its chunk as it was, and any other goes on.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.bulk.models import Batch, BatchItem, BatchState
from app.bulk.services.acting import acting_for, still_may
from app.bulk.services.chunks import ERROR, Chunk, do_chunk, next_single
from app.bulk.services.ending import end, settle
from app.bulk.services.freezing import freeze
from app.bulk.services.locking import held_batch, is_alone
from app.bulk.services.telling import tell_waiting
from app.db import business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.scope import Scope

STRIKES = 3
"""After so many chunks that did not end the next ones are ten times smaller, down to one customer alone."""
BUSY = ("55P03", "40P01", "40001")
"""A lock that was not to be had, a deadlock, a failure to serialise: nobody's poison."""
BROKEN = ("08", "53", "57P", "58", "XX")
"""The connection is lost, the server is full, going down or broken: as little told of a customer as by a death."""
_chance = random.SystemRandom()
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Plan:
    """What comes next: a chunk of so many, or the one customer that is done alone."""

    size: int
    single: int | None = None


def work(business: int, number: int, stop: Callable[[], bool]) -> bool:
    """Works a batch until it is told to stop; whether there is more that can be done at once."""
    scope = _scope_of(business, number)
    after, struck_alone = 0, False
    while scope is not None and not stop():
        plan = _plan(scope, number, struck_alone)
        if plan is None:
            return False
        done = _try(scope, number, plan, after)
        if done is None:
            after = 0
        elif done:
            after = done if plan.single is None else after
        elif after:
            after = 0
        elif not struck_alone:
            struck_alone = True
        else:
            return end(scope, number)
    return scope is not None


def _try(scope: Scope, number: int, plan: Plan, after: int) -> int | None:
    """The last customer that was done, 0 when there was none; None when the chunk was given up."""
    try:
        return do_chunk(scope, Chunk(number, plan.size, after, plan.single))
    except Exception as error:
        # The strike is counted already: what fails is tried again, in the end each customer alone.
        _log.warning("chunk given up", batch=number, error=type(error).__name__, size=plan.size)
        if plan.single is not None:
            _judge(scope, number, plan.single, error)
        time.sleep(_chance.uniform(0.05, 0.5))
        return None


def _scope_of(business: int, number: int) -> Scope | None:
    """The scope of who confirmed it, as nobody's action reaches further than the person (PR-3)."""
    with unit_of_work(Scope(business)):
        row = db.session.execute(
            select(Batch.user_id, Batch.franchisee_id).where(Batch.business_id == business_id(), Batch.id == number)
        ).first()
    return Scope(business, row.user_id, row.franchisee_id) if row else None


def _plan(scope: Scope, number: int, struck_alone: bool) -> Plan | None:
    """What is to be done now, with a strike that is committed before it is begun; None when nothing is."""
    with unit_of_work(scope):
        batch = held_batch(number)
        if batch.state is BatchState.FREEZING:
            with acting_for(batch):
                freeze(batch)
        if batch.state is BatchState.SCHEDULED and batch.start_at and batch.start_at <= dates.now():
            _begin(batch)
        if batch.state in (BatchState.PAUSING, BatchState.CANCELLING):
            settle(batch)
        if batch.state is not BatchState.RUNNING:
            return None
        # A strike of who is at work only looks like one of who died.
        if batch.strikes >= STRIKES and is_alone(number):
            batch.chunk, batch.strikes = max(1, batch.chunk // 10), 0
        if batch.chunk == 1 or struck_alone:
            return Plan(1, next_single(batch))
        batch.strikes += 1
        return Plan(batch.chunk)


def _begin(batch: Batch) -> None:
    """What was set for later by who lost the right meanwhile waits for someone who has it (PR-5)."""
    if still_may(batch):
        batch.state, batch.started_at = BatchState.RUNNING, dates.now()
    else:
        batch.state, batch.rests_since = BatchState.WAITING, dates.now()
        tell_waiting(batch)


def _judge(scope: Scope, number: int, customer: int, error: Exception) -> None:
    """What an error says of the customer that was tried alone: its own weighs more than a death, and need not wait."""
    lost = isinstance(error, DBAPIError)
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    if lost and (not state or state.startswith(BROKEN)):
        return
    with unit_of_work(scope):
        item = db.session.get_one(BatchItem, (business_id(), number, customer), with_for_update=True)
        if state in BUSY:
            # It comes behind the others, who need not wait for whoever holds it.
            item.strikes = max(1, item.strikes - 1)
        else:
            item.strikes, item.tried_at = item.strikes + ERROR, None
