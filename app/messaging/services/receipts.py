"""What gateways tell later: kept first, then told of the messages; early, late, twice, in any order (MS-3).

A status only moves forward. What is of no message yet waits, as its answer may be on its way; what is of none at all,
or of one that another gateway was handed, lapses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from app.db import ask_by_keys, autocommit_engine, business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.messaging.gateways.base import Receipt
from app.messaging.models import MessageStatus, Reason, Step
from app.messaging.services.outcomes import hold_rows
from app.messaging.services.smart import fall_back
from app.messaging.services.spending import charge, release
from app.scope import Scope

AT_ONCE = 200
LONGEST = 200
"""Characters of what a gateway calls a part; a longer one is nobody's, as is one that PostgreSQL cannot keep."""
RANK = {
    **dict.fromkeys((MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.UNPAID), 0),
    MessageStatus.UNKNOWN: 1,
    MessageStatus.SENT: 2,
    MessageStatus.FAILED: 3,
    MessageStatus.DELIVERED: 4,
    MessageStatus.READ: 5,
    MessageStatus.REJECTED: 6,
}
TOLD = frozenset({MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.FAILED})

_KEEP = text("SELECT keep_receipts(:gateway, :ids, :references, CAST(:statuses AS smallint[]), :moments)")
_MESSAGES = text(
    "SELECT id, status, reason FROM message WHERE business_id = :business AND id = ANY (:messages)"
    " ORDER BY id FOR NO KEY UPDATE"
)
_PARTS = text(
    """
    WITH told AS (
        UPDATE message_part p SET status = g.status
        FROM unnest(CAST(:owners AS bigint[]), CAST(:numbers AS smallint[]), CAST(:statuses AS smallint[]))
            g (id, number, status)
        WHERE g.id % 1 = 0 AND p.business_id = :business AND p.message_id = g.id AND p.number = g.number
            AND (p.status = 4 OR p.status = 7 AND g.status = 6)
        RETURNING p.message_id, p.number, p.status
    )
    SELECT p.message_id, coalesce(told.status, p.status) AS status
    FROM message_part p LEFT JOIN told USING (message_id, number)
    WHERE p.business_id = :business AND p.message_id = ANY (:messages)
    """
)
_TELL = text(
    """
    UPDATE message m SET status = g.status, reason = '', distributed_at = coalesce(m.distributed_at, g.at)
    FROM unnest(CAST(:messages AS bigint[]), CAST(:statuses AS smallint[]), CAST(:moments AS timestamptz[]))
        g (id, status, at)
    WHERE g.id % 1 = 0 AND m.business_id = :business AND m.id = g.id
    """
)
_DROP = text("DELETE FROM message_outbox WHERE business_id = :business AND message_id = ANY (:messages)")


@dataclass(frozen=True)
class Told:
    """What was told of a message of this business, or of one part of it."""

    message_id: int
    number: int | None
    status: MessageStatus
    at: datetime


def keep_receipts(gateway: str, receipts: Sequence[Receipt]) -> None:
    """Keeps what a gateway told, each once; outside of every business, in a transaction of its own."""
    good = [each for each in receipts if each.status in TOLD and _is_name(each.gateway_id + each.reference)]
    if not good:
        return
    values = {
        "gateway": gateway,
        "ids": [each.gateway_id for each in good],
        "references": [each.reference for each in good],
        "statuses": [int(each.status) for each in good],
        "moments": [each.at or dates.now() for each in good],
    }
    with autocommit_engine().connect() as connection:
        connection.execute(_KEEP, values)


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST and "\0" not in text


def tell_kept(most: int = AT_ONCE) -> int:
    """Tells messages of what was kept and is due; answers with how many receipts found theirs."""
    with autocommit_engine().connect() as connection:
        found = connection.execute(text("SELECT * FROM match_receipts(:most)"), {"most": most}).all()
    by_business: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in found:
        by_business[row.business_id].append(row)
    for business, rows in by_business.items():
        with unit_of_work(Scope(business)):
            ask_by_keys()
            told = [Told(row.message_id, row.number, MessageStatus(row.status), row.at) for row in rows]
            later = tell(told)
            done = [row.receipt_id for row in rows if row.message_id not in later]
            db.session.execute(text("SELECT forget_receipts(:ids)"), {"ids": done})
    return len(found)


def tell(told: Sequence[Told]) -> set[int]:
    """Moves messages of this business forward by what was told; answers with those for which it is too early."""
    messages = sorted({each.message_id for each in told})
    ours = {"business": business_id(), "messages": messages}
    waiting = hold_rows(messages)
    # What a person said of an unknown one stands.
    known = {row.id: row for row in db.session.execute(_MESSAGES, ours) if row.reason != Reason.NOT_SENT}
    early = {number for number, row in waiting.items() if row.step in _IN_HANDS and _only_failed(told, number)}
    ready = [each for each in told if each.message_id not in early and each.message_id in known]
    reached = {
        number: (status, at)
        for number, (status, at) in _reached(ready).items()
        if RANK[status] > RANK[MessageStatus(known[number].status)]
    }
    _move(reached, known, waiting)
    return early


_IN_HANDS = frozenset({Step.WAITING, Step.CLAIMED, Step.SENDING, Step.UNPAID})
"""What a gateway may not have answered for yet: what is told to have failed costs what its answer says."""


def _only_failed(told: Sequence[Told], message: int) -> bool:
    return all(each.status is not MessageStatus.DELIVERED for each in told if each.message_id == message)


def _reached(told: Sequence[Told]) -> dict[int, tuple[MessageStatus, datetime]]:
    """Message → how far it has come; one of several parts is delivered once all are, and failed once one is."""
    best: dict[tuple[int, int | None], Told] = {}
    for each in sorted(told, key=lambda each: RANK[each.status]):
        best[each.message_id, each.number] = each
    reached = {message: (each.status, each.at) for (message, number), each in best.items() if number is None}
    parts = [each for (_message, number), each in best.items() if number is not None]
    moments = {each.message_id: each.at for each in parts}
    for message, statuses in _of_parts(parts).items():
        reached[message] = _together(statuses), moments[message]
    return reached


def _of_parts(parts: Sequence[Told]) -> dict[int, list[MessageStatus]]:
    if not parts:
        return {}
    values = {
        "business": business_id(),
        "messages": sorted({each.message_id for each in parts}),
        "owners": [each.message_id for each in parts],
        "numbers": [each.number for each in parts],
        "statuses": [int(each.status) for each in parts],
    }
    found: dict[int, list[MessageStatus]] = defaultdict(list)
    for row in db.session.execute(_PARTS, values):
        found[row.message_id].append(MessageStatus(row.status))
    return found


def _together(statuses: Sequence[MessageStatus]) -> MessageStatus:
    if MessageStatus.FAILED in statuses:
        return MessageStatus.FAILED
    return min(statuses, key=lambda each: RANK[each])


def _move(
    reached: dict[int, tuple[MessageStatus, datetime]], known: dict[int, Row[Any]], waiting: dict[int, Row[Any]]
) -> None:
    if not reached:
        return
    values = {
        "business": business_id(),
        "messages": list(reached),
        "statuses": [int(status) for status, _at in reached.values()],
        "moments": [at for _status, at in reached.values()],
    }
    db.session.execute(_TELL, values)
    failed = [number for number, (status, _at) in reached.items() if status is MessageStatus.FAILED]
    over = [number for number in waiting if number in reached and _is_over(waiting[number], reached[number][0])]
    if over:
        db.session.execute(_DROP, {"business": business_id(), "messages": over})
    # Of an unknown one it turns out only now whether it left; others were charged when they did.
    release([number for number in failed if known[number].status == MessageStatus.UNKNOWN])
    charge([number for number in reached if number not in failed and known[number].status != MessageStatus.SENT])
    fall_back([number for number in failed if number in waiting and waiting[number].smart])


def _is_over(row: Row[Any], status: MessageStatus) -> bool:
    """A push of SMART that was taken is still watched until it is delivered."""
    return not (row.smart and status is MessageStatus.SENT)
