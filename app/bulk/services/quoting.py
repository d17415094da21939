"""What the messages of a batch come to, of each customer and together, before any is sent (BA-1).

How many SMS most of them take stands with the batch, and with an item only where it differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from app.billing.models import ChargeKind
from app.billing.queries import message_prices
from app.bulk.models import Batch
from app.bulk.registry import wording_for
from app.bulk.services.foretelling import tell_progress
from app.bulk.services.grouping import Group, groups_of
from app.bulk.telling import Wording
from app.db import business_id
from app.extensions import db
from app.messaging.models import Way
from app.messaging.texts import MOST_SEGMENTS

_NOTE = text(
    """
    UPDATE batch_item i SET segments = said.segments, lacks = nullif(said.lacks, '')
    FROM unnest(CAST(:customers AS text[]), CAST(:segments AS smallint[]), CAST(:lacks AS text[]))
        said (customers, segments, lacks), unnest(CAST(said.customers AS bigint[])) each (customer)
    WHERE i.business_id = :business AND i.batch_id = :batch AND i.customer_id = each.customer
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
    for groups in groups_of(batch, wording):
        sums.add(groups)
        _note(batch, groups, sums.usual)
        quoted += sum(group.number for group in groups)
        tell_progress(batch.id, begun, quoted, batch.foreseen["done"])
    batch.foreseen = {**batch.foreseen, "message": {"price": _price(wording), **sums.kept(wording)}}
    db.session.flush()


class _Sums:
    """What a preview tells of messages."""

    def __init__(self) -> None:
        self.usual = -1
        self.customers: Counter[str] = Counter()
        self.units: Counter[str] = Counter()
        self.lacks: Counter[str] = Counter()
        self.lacking = self.long = self.longest = 0

    def add(self, groups: Sequence[Group]) -> None:
        if self.usual < 0 and groups:
            self.usual = _most(groups)
        for said, number, _customers in groups:
            self.customers[said.route] += number
            self.units[said.route] += number * said.units
            self.lacks.update(dict.fromkeys(said.lacks, number))
            self.lacking += number if said.lacks else 0
            self.long += number if said.units > MOST_SEGMENTS else 0
            self.longest = max(self.longest, said.units)

    def kept(self, wording: Wording) -> dict[str, Any]:
        return {
            "way": wording.way.value,
            "usual": max(self.usual, 0),
            "routes": {route: [number, self.units[route]] for route, number in self.customers.items()},
            "lacks": dict(self.lacks.most_common()),
            "lacking": self.lacking,
            "long": [self.long, self.longest],
        }


def _most(groups: Sequence[Group]) -> int:
    """How many SMS most of them take."""
    units: Counter[int] = Counter()
    for group in groups:
        units[group.said.units] += group.number
    return units.most_common(1)[0][0]


def _note(batch: Batch, groups: Sequence[Group], usual: int) -> None:
    differing = [group for group in groups if group.said.units != usual or group.said.lacks]
    if not differing:
        return
    values = {
        "business": business_id(),
        "batch": batch.id,
        "customers": [group.customers for group in differing],
        "segments": [group.said.units for group in differing],
        "lacks": [" ".join(group.said.lacks) for group in differing],
    }
    db.session.execute(_NOTE, values)


def _price(wording: Wording) -> int:
    """Of one SMS, or one Viber."""
    return message_prices()[ChargeKind.VIBER if wording.way is Way.VIBER else ChargeKind.SMS]
