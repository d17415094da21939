"""What becomes of messages that a worker holds: put aside, taken by a gateway, refused, to be tried again, unknown.

Outbox rows are locked before their messages, in the order of their ids, everywhere. What statements are given is said
to be one row, by a condition that always holds and of which the planner thinks that it seldom does: so each message is
looked up by its key. A queue's statistics are never right, and by them whole businesses would be read.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from app.db import business_id
from app.extensions import db
from app.messaging.models import MessageStatus, Step
from app.messaging.services.judging import Claimed, Verdict
from app.messaging.services.smart import fall_back
from app.messaging.services.spending import release

_HOLD = text(
    "SELECT message_id, step, smart FROM message_outbox WHERE business_id = :business AND message_id = ANY (:messages)"
    " ORDER BY message_id FOR UPDATE"
)
# `% 1 = 0` holds for every id. The planner takes it to leave few rows, and so looks messages up by their keys,
# however many it believes there to be; the other statements about given messages say it for the same reason.
_MOVE = text(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:messages AS bigint[]), CAST(:steps AS smallint[]), CAST(:dues AS timestamptz[]),
            CAST(:statuses AS smallint[]), CAST(:reasons AS text[])) g (id, step, due_at, status, reason)
        WHERE g.id % 1 = 0
    ), moved AS (
        UPDATE message_outbox o SET step = given.step, due_at = given.due_at, token = NULL
        FROM given WHERE o.business_id = :business AND o.message_id = given.id
            AND (CAST(:token AS uuid) IS NULL OR o.token = :token)
        RETURNING o.message_id
    )
    UPDATE message m SET status = given.status, reason = given.reason
    FROM given JOIN moved ON moved.message_id = given.id
    WHERE m.business_id = :business AND m.id = given.id AND m.status IN (1, 2, 3)
        AND (m.status, m.reason) IS DISTINCT FROM (given.status, given.reason)
    """
)
_END = text(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:messages AS bigint[]), CAST(:statuses AS smallint[]), CAST(:reasons AS text[]))
            g (id, status, reason)
        WHERE g.id % 1 = 0
    ), gone AS (
        DELETE FROM message_outbox o USING given WHERE o.business_id = :business AND o.message_id = given.id
            AND (CAST(:token AS uuid) IS NULL OR o.token = :token)
        RETURNING o.message_id, o.smart
    ), ended AS (
        UPDATE message m SET status = given.status, reason = given.reason
        FROM given LEFT JOIN gone ON gone.message_id = given.id
        WHERE m.business_id = :business AND m.id = given.id AND m.status IN (1, 2, 3, 5)
            AND (CAST(:token AS uuid) IS NULL OR gone.message_id IS NOT NULL)
        RETURNING m.id
    )
    SELECT ended.id, coalesce(gone.smart, false) AS smart FROM ended LEFT JOIN gone ON gone.message_id = ended.id
    """
)


def hold_rows(messages: Collection[int]) -> dict[int, Row[Any]]:
    """Locks the outbox rows of messages; answers with their steps, of those that have one."""
    values = {"business": business_id(), "messages": list(messages)}
    return {row.message_id: row for row in db.session.execute(_HOLD, values)}


def put_aside(claimed: Sequence[Claimed], verdicts: Mapping[int, Verdict], now: datetime) -> None:
    """Has what was claimed and does not go wait for its moment or for money, or be over."""
    late = {each.id: each.valid_until or now for each in claimed}
    over = {number: verdict for number, verdict in verdicts.items() if verdict.status in _OVER}
    wait = {number: verdict for number, verdict in verdicts.items() if verdict.status not in _OVER}
    dues = {number: min(verdict.until or late[number], late[number]) for number, verdict in wait.items()}
    move(wait, {number: _STEPS[verdict.status] for number, verdict in wait.items()}, dues)
    end(over)


_OVER = frozenset({MessageStatus.FAILED, MessageStatus.REJECTED})
_STEPS = {MessageStatus.HELD: Step.WAITING, MessageStatus.UNPAID: Step.UNPAID, MessageStatus.QUEUED: Step.WAITING}


def move(
    verdicts: Mapping[int, Verdict],
    steps: Mapping[int, Step],
    dues: Mapping[int, datetime],
    token: uuid.UUID | None = None,
) -> None:
    """Has messages wait for something else; with a token, those alone that its worker still has."""
    if not verdicts:
        return
    values = {
        "business": business_id(),
        "token": token,
        "messages": list(verdicts),
        "steps": [int(steps[number]) for number in verdicts],
        "dues": [dues[number] for number in verdicts],
        **_words(verdicts.values()),
    }
    db.session.execute(_MOVE, values)


def end(verdicts: Mapping[int, Verdict], token: uuid.UUID | None = None) -> None:
    """Has messages be over that did not leave: what was reserved is given back, and SMART goes on as an SMS."""
    if not verdicts:
        return
    values = {"business": business_id(), "token": token, "messages": list(verdicts), **_words(verdicts.values())}
    ended = db.session.execute(_END, values).all()
    release([row.id for row in ended])
    fall_back([row.id for row in ended if row.smart])


def _words(verdicts: Collection[Verdict]) -> dict[str, object]:
    return {
        "statuses": [int(verdict.status) for verdict in verdicts],
        "reasons": [str(verdict.reason) for verdict in verdicts],
    }
