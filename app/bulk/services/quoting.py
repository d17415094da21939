"""What the messages of a batch come to, of each customer and together, before any is sent (BA-1).

How many SMS most of them take stands with the batch, and with an item only where it differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select, text

from app.billing.models import ChargeKind
from app.billing.queries import message_prices
from app.bulk.models import Batch, BatchItem, ItemState
from app.bulk.registry import wording_for
from app.bulk.services.composing import Composed, compose
from app.bulk.services.foretelling import tell_progress
from app.bulk.telling import Wording
from app.db import business_id
from app.extensions import db
from app.locale import main_language
from app.messaging.models import Way
from app.messaging.texts import EXAMPLES, MOST_SEGMENTS

AT_ONCE = 10_000
_NOTE = text(
    """
    UPDATE batch_item i SET segments = said.segments, lacks = nullif(said.lacks, '')
    FROM unnest(CAST(:customers AS bigint[]), CAST(:segments AS smallint[]), CAST(:lacks AS text[]))
        said (customer_id, segments, lacks)
    WHERE i.business_id = :business AND i.batch_id = :batch AND i.customer_id = said.customer_id
    """
)


def quote(batch: Batch, begun: int) -> None:
    """Needs the batch frozen: counts its messages, and keeps with it what they were quoted at.

    The preview had come to `begun` percent.
    """
    wording = wording_for(batch)
    if wording is None:
        return
    sums, quoted = _Sums(), 0
    for customers in _slices(batch):
        composed = compose(wording, customers, late=examples(customers), ahead=True)
        sums.add(composed)
        _note(batch, composed, sums.usual)
        quoted += len(customers)
        tell_progress(batch.id, begun, quoted, batch.foreseen["done"])
    batch.foreseen = {**batch.foreseen, "message": {"price": _price(wording), **sums.kept(wording)}}
    db.session.flush()


def examples(customers: Sequence[int]) -> dict[int, dict[str, str]]:
    """What stands in for what only the step will know: as long as that."""
    with force_locale(main_language()):
        values = {name: str(example) for name, example in EXAMPLES.items()}
    return dict.fromkeys(customers, values)


class _Sums:
    """What a preview tells of messages."""

    def __init__(self) -> None:
        self.usual = -1
        self.customers: Counter[str] = Counter()
        self.units: Counter[str] = Counter()
        self.lacks: Counter[str] = Counter()
        self.lacking = self.long = self.longest = 0

    def add(self, composed: Sequence[Composed]) -> None:
        if self.usual < 0 and composed:
            self.usual = Counter(each.units for each in composed).most_common(1)[0][0]
        for each in composed:
            self.customers[each.route] += 1
            self.units[each.route] += each.units
            self.lacks.update(each.lacks)
            self.lacking += bool(each.lacks)
            self.long += each.units > MOST_SEGMENTS
            self.longest = max(self.longest, each.units)

    def kept(self, wording: Wording) -> dict[str, Any]:
        return {
            "way": wording.way.value,
            "usual": max(self.usual, 0),
            "routes": {route: [number, self.units[route]] for route, number in self.customers.items()},
            "lacks": dict(self.lacks.most_common()),
            "lacking": self.lacking,
            "long": [self.long, self.longest],
        }


def _slices(batch: Batch) -> Iterator[list[int]]:
    """Those to whom it will be done, some at a time."""
    mine = select(BatchItem.customer_id).where(
        BatchItem.business_id == business_id(), BatchItem.batch_id == batch.id, BatchItem.state == ItemState.PENDING
    )
    after = 0
    while customers := _next(mine, after):
        yield customers
        after = customers[-1]


def _next(mine: Any, after: int) -> list[int]:
    ordered = mine.where(BatchItem.customer_id > after).order_by(BatchItem.customer_id)
    return list(db.session.scalars(ordered.limit(AT_ONCE)))


def _note(batch: Batch, composed: Sequence[Composed], usual: int) -> None:
    differing = [each for each in composed if each.units != usual or each.lacks]
    if not differing:
        return
    values = {
        "business": business_id(),
        "batch": batch.id,
        "customers": [each.customer_id for each in differing],
        "segments": [each.units for each in differing],
        "lacks": [" ".join(each.lacks) for each in differing],
    }
    db.session.execute(_NOTE, values)


def _price(wording: Wording) -> int:
    """Of one SMS, or one Viber."""
    return message_prices()[ChargeKind.VIBER if wording.way is Way.VIBER else ChargeKind.SMS]
