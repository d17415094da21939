"""Batches as tests make, run and count them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from app.bulk.models import Batch, BatchItem, BatchState, BatchTally, ItemState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.bulk.services.running import work
from app.customers.services.selecting import Selection
from app.extensions import db
from app.permissions import Role
from tests.people import Person, Shop


def preview(shop: Shop, person: Person, action: str, values: Mapping[str, Any], ids: Sequence[int]) -> int:
    """A batch of these customers, frozen; answers with its id."""
    with shop.work(person):
        batch = steering.begin(Selection(ids=tuple(ids)))
        steering.choose(batch, action, values, len(ids))
        return batch.id


def confirm(shop: Shop, person: Person, number: int, role: Role = Role.ADMIN, **options: Any) -> None:
    with shop.work(person):
        steering.confirm(held_batch(number), role, **options)


def run(shop: Shop, number: int) -> None:
    """Works a batch to its end, as jobs do one after another."""
    with shop.app.app_context():
        while work(shop.id, number, lambda: False):
            pass


def do(shop: Shop, person: Person, action: str, values: Mapping[str, Any], ids: Sequence[int]) -> int:
    """All of it; answers with the id of the batch."""
    number = preview(shop, person, action, values, ids)
    confirm(shop, person, number)
    run(shop, number)
    return number


def undo(shop: Shop, person: Person, number: int) -> int:
    with shop.work(person):
        undoing = steering.begin_undoing(held_batch(number)).id
    confirm(shop, person, undoing)
    run(shop, undoing)
    return undoing


def state(shop: Shop, number: int) -> BatchState:
    with shop.work():
        return db.session.get_one(Batch, (shop.id, number)).state


def foreseen(shop: Shop, number: int) -> dict[str, int]:
    """What the preview said: reason → number, done among them."""
    with shop.work():
        said = db.session.get_one(Batch, (shop.id, number)).foreseen
        return {reason: count for reason, count in {"done": said["done"], **said["reasons"]}.items() if count}


def became(shop: Shop, number: int) -> dict[str, int]:
    """What became of the customers: reason → number, done among them."""
    with shop.work():
        rows = db.session.execute(
            select(BatchItem.state, BatchItem.reason, func.count())
            .where(BatchItem.batch_id == number)
            .group_by(BatchItem.state, BatchItem.reason)
        )
        return {str(reason or ItemState(kind).name.lower()): count for kind, reason, count in rows}


def tallied(shop: Shop, number: int) -> dict[str, int]:
    """The same by the tallies, with whom the preview skipped."""
    with shop.work():
        counted = Counter(db.session.get_one(Batch, (shop.id, number)).foreseen["reasons"])
        for tally in db.session.scalars(select(BatchTally).where(BatchTally.batch_id == number)):
            counted += Counter(tally.reasons) + Counter(done=tally.done)
        return dict(counted)
