"""What people do with a batch: begin it, confirm it, pause, continue, cancel, approve, undo it (BA-11 to BA-15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from app import audit
from app.bulk.models import DRAFTS, Batch, BatchItem, BatchLimit, BatchState, ItemState
from app.bulk.queries import undoing_of
from app.bulk.registry import action_named, wording_for
from app.bulk.services.ending import settle
from app.bulk.services.freezing import TIME, freeze
from app.bulk.services.reserving import is_short, release
from app.bulk.services.telling import tell_waiting
from app.customers.services.selecting import Selection
from app.db import business_id, current_scope, patience
from app.extensions import db
from app.lib import dates
from app.permissions import Role
from app.queue import wake as wake_worker

AT_ONCE = 50_000
"""More customers than this are frozen by a job."""
DRAFTS_LAST = timedelta(hours=24)
UNDOING_LASTS = timedelta(days=30)
JOB, QUEUE = "jobs.bulk.work_batch", "work"


class WrongStateError(Exception):
    """The batch does not stand where this could be done; `state` is where it stands."""

    def __init__(self, state: BatchState) -> None:
        super().__init__(state.name)
        self.state = state


class NothingToDoError(Exception):
    """Nobody would be reached."""


class ShortError(Exception):
    """Of what it hands out there is too little for whom it would reach (BA-9)."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(str(batch.id))
        self.batch = batch


class TooLongError(Exception):
    """The text takes more SMS than are sent, for `customers` of them: up to `most`."""

    def __init__(self, customers: int, most: int) -> None:
        super().__init__(f"{most} SMS")
        self.customers, self.most = customers, most


class EndedError(Exception):
    """Its messages would be of no use any more when it begins."""


class SecondPersonError(Exception):
    """Who confirmed it, or may not so much alone, does not approve it."""


def begin(selection: Selection) -> Batch:
    """A draft that knows whom it is about."""
    batch = Batch(
        business_id=business_id(),
        selection=selection.kept(),
        user_id=current_scope().user_id,
        franchisee_id=current_scope().franchisee_id,
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def choose(batch: Batch, action: str, values: Mapping[str, Any], number: int | None) -> None:
    """Says what is to be done, and freezes whom to: of very many, or of nobody knows how many, a job does. Needs it
    held, as everything here does. What an undoing does is not chosen, nor what is for no selection of the table.
    Raises WrongStateError.
    """
    is_open = batch.undoes_id is None and (batch.action in ("", action) or action_named(batch.action).is_offered)
    _expect(batch, *(DRAFTS if is_open else ()))
    release(batch)
    batch.action, batch.values, batch.foreseen, batch.selected = action, dict(values), {}, 0
    batch.only_customer_id = None
    batch.state = BatchState.FREEZING
    db.session.flush()
    _freeze_now_or_soon(batch, number)


def confirm(batch: Batch, role: Role, start_at: datetime | None = None) -> None:
    """Has it run, now or later; over the role's limit a second person is asked first (BA-15).

    Raises WrongStateError, NothingToDoError, ShortError, TooLongError, EndedError.
    """
    _expect(batch, BatchState.PREVIEWED)
    if not batch.foreseen.get("done"):
        raise NothingToDoError
    if is_short(batch):
        raise ShortError(batch)
    if (long := batch.foreseen.get("message", {}).get("long")) and long[0]:
        raise TooLongError(*long)
    _expect_in_time(batch, start_at)
    # From here on it is the deed of who confirmed it, whoever drafted it.
    batch.user_id = current_scope().user_id or batch.user_id
    batch.confirmed_at, batch.start_at = dates.now(), start_at
    if batch.foreseen["done"] > limit_of(role):
        batch.state, batch.rests_since = BatchState.WAITING, dates.now()
        tell_waiting(batch)
    else:
        _start(batch)
    _record("confirm", batch)


def approve(batch: Batch, role: Role) -> None:
    """The second person's yes. Raises WrongStateError, SecondPersonError, EndedError."""
    _expect(batch, BatchState.WAITING)
    if current_scope().user_id == batch.user_id or batch.foreseen["done"] > limit_of(role):
        raise SecondPersonError
    _expect_in_time(batch, batch.start_at)
    batch.approver_id = current_scope().user_id
    _start(batch)
    _record("approve", batch)


def pause(batch: Batch) -> None:
    """Stops it where it is; chunks under way end first. Raises WrongStateError."""
    _expect(batch, BatchState.RUNNING)
    _stop(batch, BatchState.PAUSING)
    _record("pause", batch)


def go_on(batch: Batch) -> None:
    """Raises WrongStateError."""
    _expect(batch, BatchState.PAUSED, BatchState.PAUSING)
    _run(batch)
    _record("continue", batch)


def cancel(batch: Batch) -> None:
    """Leaves the rest undone; what is done stays. Raises WrongStateError."""
    waiting = (BatchState.WAITING, BatchState.SCHEDULED, BatchState.PAUSED)
    _expect(batch, *waiting, BatchState.RUNNING, BatchState.PAUSING)
    batch.rests_since = None
    _stop(batch, BatchState.CANCELLING)
    _record("cancel", batch)


def begin_undoing(batch: Batch) -> Batch:
    """A draft that takes back what a batch did, itself previewed and confirmed (BA-14); the one that was begun already,
    where there is one. Needs the batch held. Raises WrongStateError.
    """
    if not can_be_undone(batch):
        raise WrongStateError(batch.state)
    if (begun := undoing_of(batch.id)) is not None:
        return begun
    undoing = begin(Selection.from_kept(batch.selection))
    undoing.undoes_id, undoing.action, undoing.values = batch.id, batch.action, batch.values
    undoing.franchisee_id = batch.franchisee_id
    undoing.state = BatchState.FREEZING
    db.session.flush()
    _freeze_now_or_soon(undoing, batch.selected)
    return undoing


def can_be_undone(batch: Batch) -> bool:
    """Whether what it did can still be taken back: not an undoing itself, and not too long ago."""
    if batch.state not in (BatchState.DONE, BatchState.CANCELLED) or batch.undoes_id is not None:
        return False
    recent = batch.finished_at is not None and batch.finished_at > dates.now() - UNDOING_LASTS
    return bool(batch.action) and action_named(batch.action).undo is not None and recent and _has_done(batch.id)


def limit_of(role: Role) -> int:
    """Over how many customers a second person is asked; without a limit nobody is."""
    limit = db.session.get(BatchLimit, (business_id(), str(role)))
    return limit.customers if limit else 2**31


def discard(batch: Batch) -> None:
    """Removes a draft that nobody wants any more, and gives back what it had set aside. Raises WrongStateError."""
    _expect(batch, *DRAFTS)
    _remove(batch)


def forget_drafts() -> int:
    """Removes a draft of this business that nobody confirmed for a day, one alone as it can have a million customers;
    answers with how many that were.
    """
    old = select(Batch).where(
        Batch.business_id == business_id(), Batch.state.in_(DRAFTS), Batch.created_at < dates.now() - DRAFTS_LAST
    )
    lapsed = db.session.scalars(old.order_by(Batch.id).limit(1).with_for_update(skip_locked=True)).first()
    if lapsed is None:
        return 0
    _remove(lapsed)
    return 1


def _remove(batch: Batch) -> None:
    release(batch)
    mine = BatchItem.business_id == business_id(), BatchItem.batch_id == batch.id
    with patience(TIME):
        db.session.execute(delete(BatchItem).where(*mine))
        db.session.delete(batch)
        db.session.flush()


def _freeze_now_or_soon(batch: Batch, number: int | None) -> None:
    if number is not None and number <= AT_ONCE:
        freeze(batch)
    else:
        wake(batch)


def _start(batch: Batch) -> None:
    if batch.start_at is not None and batch.start_at > dates.now():
        batch.state = BatchState.SCHEDULED
        db.session.flush()
    else:
        _run(batch)


def _run(batch: Batch) -> None:
    batch.state, batch.started_at = BatchState.RUNNING, batch.started_at or dates.now()
    db.session.flush()
    wake(batch)


def _stop(batch: Batch, state: BatchState) -> None:
    batch.state = state
    settle(batch)
    db.session.flush()
    if batch.state is state:
        wake(batch)


def wake(batch: Batch) -> None:
    """Has a worker look at it once this unit of work commits; the rows say what is to be done."""
    wake_worker(JOB, business_id(), batch.id, queue=QUEUE)


def _expect(batch: Batch, *states: BatchState) -> None:
    if batch.state not in states:
        raise WrongStateError(batch.state)


def _expect_in_time(batch: Batch, start_at: datetime | None) -> None:
    wording = wording_for(batch)
    if wording and wording.ends_at and wording.ends_at <= max(dates.now(), start_at or dates.NEVER):
        raise EndedError


def _has_done(number: int) -> bool:
    done = select(BatchItem.customer_id).where(
        BatchItem.business_id == business_id(), BatchItem.batch_id == number, BatchItem.state == ItemState.DONE
    )
    return db.session.execute(done.limit(1)).first() is not None


def _record(what: str, batch: Batch) -> None:
    told = {"action": (None, batch.action), "selected": (None, batch.selected), "done": (None, batch.foreseen["done"])}
    audit.record(f"batch.{what}", audit.Subject("batch", batch.id), told if what == "confirm" else {})


def set_limits(limits: Mapping[Role, int | None]) -> None:
    """Says over how many customers a second person is asked, by the role of the first; None asks nobody (BA-15)."""
    mine = select(BatchLimit).where(BatchLimit.business_id == business_id()).with_for_update()
    known = {each.role: each for each in db.session.scalars(mine)}
    changes = {}
    for role, customers in limits.items():
        kept = known.get(str(role))
        changes[str(role)] = (kept.customers if kept else None, customers)
        if kept is not None and customers is None:
            db.session.delete(kept)
        elif kept is not None:
            kept.customers = customers or 0
        elif customers is not None:
            db.session.add(BatchLimit(business_id=business_id(), role=str(role), customers=customers))
    db.session.flush()
    if any(old != new for old, new in changes.values()):
        audit.record("batch.limits", audit.Subject("batch", 0), changes)
