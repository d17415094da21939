"""What is looked after besides sending: leases of dead workers, pushes not delivered, unknown ones, and money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, text

from app.billing.services import reserve_messages
from app.db import business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.messaging.gateways import gateway_named
from app.messaging.gateways.base import Receipt
from app.messaging.models import Channel, MessageStatus, Reason, Step
from app.messaging.services.judging import Verdict
from app.messaging.services.outcomes import end, move
from app.messaging.services.receipts import Told, tell
from app.messaging.services.settling import ASK_AFTER
from app.messaging.services.smart import fall_back
from app.messaging.services.spending import CHARGED
from app.scope import Scope

AT_ONCE = 500
ASKED_AT_ONCE = 100
ASKED_FOR = timedelta(days=3)
_QUEUED = Verdict(MessageStatus.QUEUED, "")
_UNKNOWN = Verdict(MessageStatus.UNKNOWN, Reason.NO_ANSWER)
_log = structlog.get_logger(__name__)
Rows = Sequence[Row[Any]]

_DUE = text(
    """
    SELECT o.message_id, o.step, o.smart, o.fallback_at, m.created_at, m.gateway
    FROM message_outbox o JOIN message m ON m.business_id = :business AND m.id = o.message_id
    WHERE o.business_id = :business AND o.step <> 1 AND o.due_at <= :now
    ORDER BY o.due_at, o.message_id LIMIT :most FOR UPDATE OF o SKIP LOCKED
    """
)
_UNPAID = text(
    """
    SELECT o.message_id, o.channel, m.segments, m.quoted
    FROM message_outbox o JOIN message m ON m.business_id = :business AND m.id = o.message_id
    WHERE o.business_id = :business AND o.step = 4
    ORDER BY o.priority, o.message_id LIMIT :most FOR UPDATE OF o SKIP LOCKED
    """
)
_DROP = text("DELETE FROM message_outbox WHERE business_id = :business AND message_id = ANY (:messages)")
_UNDELIVERED = text(
    "SELECT id FROM message WHERE business_id = :business AND id = ANY (:messages) AND status NOT IN (6, 9)"
)


def watch(scope: Scope) -> None:
    """Does what is due of a business besides sending."""
    with unit_of_work(scope):
        now = dates.now()
        values = {"business": business_id(), "now": now, "most": AT_ONCE}
        due = db.session.execute(_DUE, values).all()
        for step, look in _LOOKS.items():
            if rows := [row for row in due if row.step == step]:
                look(rows, now)
        asked = [row for row in due if row.step == Step.ASKING][:ASKED_AT_ONCE]
        _pay()
    for row in asked:
        _ask(scope, row)


def _wait_again(rows: Rows, now: datetime) -> None:
    """Their worker died before it handed them over."""
    numbers = [row.message_id for row in rows]
    move(dict.fromkeys(numbers, _QUEUED), dict.fromkeys(numbers, Step.WAITING), dict.fromkeys(numbers, now))


def _lose(rows: Rows, now: datetime) -> None:
    """Their worker died while it handed them over, or behind that."""
    dues = {row.message_id: row.fallback_at if row.smart else now for row in rows}
    steps = {row.message_id: Step.FALLBACK if row.smart else Step.ASKING for row in rows}
    move(dict.fromkeys(dues, _UNKNOWN), steps, dues)


def _give_up(rows: Rows, now: datetime) -> None:
    """Nobody paid for them in time."""
    end(dict.fromkeys((row.message_id for row in rows), Verdict(MessageStatus.FAILED, Reason.NO_MONEY)))


def _fall_back(rows: Rows, now: datetime) -> None:
    values = {"business": business_id(), "messages": [row.message_id for row in rows]}
    undelivered = list(db.session.execute(_UNDELIVERED, values).scalars())
    db.session.execute(_DROP, values)
    fall_back(undelivered)


def _put_off_asking(rows: Rows, now: datetime) -> None:
    """Each time as long again as it is old; after three days nobody but a person finds out."""
    dues = {row.message_id: now + max(now - row.created_at, ASK_AFTER) for row in rows}
    old = [row.message_id for row in rows if now - row.created_at > ASKED_FOR]
    move(dict.fromkeys(dues, _UNKNOWN), dict.fromkeys(dues, Step.ASKING), dues)
    db.session.execute(_DROP, {"business": business_id(), "messages": old})


_LOOKS: dict[Step, Callable[[Rows, datetime], None]] = {
    Step.CLAIMED: _wait_again,
    Step.SENDING: _lose,
    Step.UNPAID: _give_up,
    Step.FALLBACK: _fall_back,
    Step.ASKING: _put_off_asking,
}


def _pay() -> None:
    """What waited for money and can be paid for now goes, the most urgent first."""
    unpaid = db.session.execute(_UNPAID, {"business": business_id(), "most": AT_ONCE}).all()
    for channel, kind in CHARGED.items():
        rows = {row.message_id: max(row.segments, 1) for row in unpaid if Channel(row.channel) is channel}
        quoted = {row.message_id: row.quoted for row in unpaid if row.quoted is not None}
        paid = reserve_messages(kind, rows, quoted) if rows else set()
        move(dict.fromkeys(paid, _QUEUED), dict.fromkeys(paid, Step.WAITING), dict.fromkeys(paid, dates.now()))


def _ask(scope: Scope, row: Row[Any]) -> None:
    """Asks the gateway what became of an unknown message, with no transaction open."""
    found: Receipt | None = None
    try:
        found = gateway_named(row.gateway).query(f"{scope.business_id}-{row.message_id}")
    except Exception:
        _log.exception("gateway broke down", gateway=row.gateway)
    if found:
        with unit_of_work(scope):
            tell([Told(row.message_id, None, found.status, found.at or dates.now())])
