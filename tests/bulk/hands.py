"""Bulk actions among whatever else people and jobs do at once to the same few customers."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import func, select

from app.bulk.models import Batch, BatchItem, BatchState, ItemState
from app.bulk.queries import due_batches
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.bulk.services.running import work
from app.customers.services.selecting import Selection
from app.extensions import db
from app.loyalty.models import Access
from app.permissions import Role
from tests.bulk.batches import became, tallied
from tests.people import Shop

KINDS = ("credit", "credit", "removal", "access", "tags")


def begin_bulk(shop: Shop, customers: Sequence[int], chance: random.Random) -> None:
    """Begins and confirms one, or the undoing of an earlier one. Raises NothingToDoError."""
    batch = _undoing(chance) if chance.random() < 0.3 else None
    if batch is None:
        batch = steering.begin(Selection(ids=tuple(chance.sample(customers, chance.randrange(1, len(customers) + 1)))))
        action = chance.choice(KINDS)
        steering.choose(batch, action, _values(shop, action, chance), len(customers))
    steering.confirm(batch, Role.ADMIN)


@contextmanager
def batches_worked(shop: Shop, workers: int) -> Iterator[None]:
    """Has threads do what is confirmed, as workers do, till the block is over and nothing is left."""
    over = threading.Event()

    def look() -> None:
        with shop.app.app_context():
            while not over.wait(0.05) or due_batches():
                for business, number in due_batches():
                    work(business, number, lambda: False)

    hands = [threading.Thread(target=look) for _each in range(workers)]
    for each in hands:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in hands:
            each.join()


def reports_add_up(shop: Shop) -> None:
    """All came to their ends, nobody was given up, and the sums of the chunks are those of the customers."""
    with shop.work():
        ended = Batch.state.in_((BatchState.DONE, BatchState.UNDONE, BatchState.PREVIEWED))
        assert db.session.scalar(select(func.count()).select_from(Batch).where(~ended)) == 0
        given_up = select(func.count()).select_from(BatchItem).where(BatchItem.state == ItemState.FAILED)
        assert db.session.scalar(given_up) == 0
        numbers = db.session.scalars(select(Batch.id).where(Batch.state != BatchState.PREVIEWED)).all()
    for number in numbers:
        assert became(shop, number) == tallied(shop, number)


def _undoing(chance: random.Random) -> Batch | None:
    done = select(Batch.id).where(Batch.state == BatchState.DONE, Batch.undoes_id.is_(None))
    for number in db.session.scalars(done.order_by(func.hashint8(Batch.id + chance.randrange(10**6))).limit(1)):
        batch = held_batch(number)
        if steering.can_be_undone(batch) and not _is_taken_back(number):
            return steering.begin_undoing(batch)
    return None


def _is_taken_back(number: int) -> bool:
    taken = select(Batch.id).where(Batch.undoes_id == number, Batch.state != BatchState.CANCELLED)
    return db.session.scalar(taken.limit(1)) is not None


def _values(shop: Shop, action: str, chance: random.Random) -> dict[str, object]:
    place = {"program": shop.program, "terminal": shop.own_terminal, "note": ""}
    amount = chance.randrange(1, 2_000)
    return {
        "credit": {**place, "amount": amount, "special": amount % 2 == 0, "valid_days": 5},
        "removal": {**place, "amount": amount},
        "access": {
            "program": shop.program,
            "given": int(chance.choice((Access.FULL, Access.FULL, Access.BLACKLISTED))),
        },
        "tags": {"way": chance.choice(("add", "remove")), "key": "city", "value": "Kyiv"},
    }[action]
