"""Taking messages up to send them: held by a token for a while, judged, and paid for beforehand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, text

from app.billing.services import reserve_messages
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, MessageKind, MessageStatus, Reason
from app.messaging.services.judging import Claimed, Verdict, judge
from app.messaging.services.outcomes import put_aside
from app.messaging.services.pins import pin_texts
from app.messaging.services.spending import CHARGED

LEASE = timedelta(seconds=60)
"""After which a worker that claimed messages, or was handing them over, is taken to be dead."""

# By priority, and of one what is due longest; what another worker is taking up now is passed over. It is written to
# the record that the customer's stands for now, which says where to and whether at all. Each look-up by a key stands
# in a subquery of its own: a queue's statistics are never right, and joins planned by them read whole businesses.
_CLAIM = text(
    """
    WITH due AS MATERIALIZED (
        SELECT o.message_id, o.place FROM (VALUES (0), (1), (2)) urgency (priority) CROSS JOIN LATERAL (
            SELECT message_id, ctid AS place FROM message_outbox
            WHERE business_id = :business AND channel = :channel AND priority = urgency.priority
                AND due_at <= :now AND step = 1
            ORDER BY due_at, message_id LIMIT :most FOR UPDATE SKIP LOCKED
        ) o LIMIT :most
    ), taken AS (
        UPDATE message_outbox o SET step = 2, token = :token, due_at = :until, attempts = least(o.attempts + 1, 9999)
        FROM due WHERE o.business_id = :business AND o.ctid = due.place
        RETURNING o.message_id, o.priority, o.attempts, o.smart, o.fallback_at
    )
    SELECT m.id, m.kind, m.channel, m.title, m.text, m.language, m.segments, m.valid_until, t.attempts, t.smart,
        t.fallback_at, c.id AS customer_id, c.phone, c.email, c.confirmed, c.app_installed,
        c.erased_at IS NOT NULL AS erased, said.opted_out, said.refused, e.access, e.left_at IS NOT NULL AS "left",
        CASE WHEN m.channel = 3 THEN (SELECT coalesce(nullif(mail_sender, ''), name) FROM business WHERE id = :business)
            WHEN EXISTS (SELECT FROM business_feature f WHERE f.business_id = :business AND f.feature = 'alpha-name')
            THEN p.sender ELSE '' END AS sender,
        p.quiet_from, p.quiet_to, p.smart_timeout, (SELECT time_zone FROM business WHERE id = :business) AS home
    FROM taken t
    CROSS JOIN LATERAL (SELECT * FROM message WHERE business_id = :business AND id = t.message_id LIMIT 1) m
    CROSS JOIN LATERAL (
        SELECT CASE WHEN merged_into_id IS NULL THEN id ELSE survivor_of(id) END AS id FROM customer
        WHERE business_id = :business AND id = m.customer_id LIMIT 1
    ) stands
    CROSS JOIN LATERAL (SELECT * FROM customer WHERE business_id = :business AND id = stands.id LIMIT 1) c
    CROSS JOIN LATERAL (
        SELECT * FROM program WHERE business_id = :business AND id = coalesce(m.program_id, (
            SELECT d.id FROM program d WHERE d.business_id = :business AND d.is_default)) LIMIT 1
    ) p
    LEFT JOIN LATERAL (
        SELECT * FROM enrolment WHERE business_id = :business AND program_id = p.id AND customer_id = c.id LIMIT 1
    ) e ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(kind = :consent), false) AS opted_out, coalesce(bool_or(kind = 1), false) AS refused
        FROM consent WHERE business_id = :business AND customer_id = c.id AND NOT granted
    ) said
    ORDER BY t.priority, m.id
    """
)
_FIELDS = [field.name for field in fields(Claimed)]


@dataclass(frozen=True)
class Batch:
    """What a worker holds and may hand over."""

    token: uuid.UUID
    messages: list[Claimed]
    taken: int
    """How many were claimed, those among them that do not go."""


def claim(channel: Channel, most: int, now: datetime | None = None) -> Batch:
    """Claims what is due of a channel, `most` at once; what may not go, or cannot be paid for, is put aside."""
    now, token = now or dates.now(), uuid.uuid4()
    # A consent of a channel is the kind next to it: SMS is 1 among channels and 2 among kinds.
    values: dict[str, object] = {"channel": int(channel), "consent": int(channel) + 1, "most": most}
    values |= {"business": business_id(), "now": now, "until": now + LEASE, "token": token}
    rows = db.session.execute(_CLAIM, values).mappings().all()
    claimed = [_claimed(row) for row in rows]
    verdicts = _judged(claimed, now, rows[0]["home"]) if rows else {}
    going = [each for each in claimed if each.id not in verdicts]
    unpaid = _unpaid(channel, going)
    put_aside(claimed, verdicts | unpaid, now)
    return Batch(token, [each for each in going if each.id not in unpaid], len(claimed))


def _claimed(row: RowMapping) -> Claimed:
    values = {name: row[name] for name in _FIELDS}
    return Claimed(**values | {"kind": MessageKind(row["kind"]), "channel": Channel(row["channel"])})


def _judged(claimed: Sequence[Claimed], now: datetime, home: str) -> dict[int, Verdict]:
    pins = pin_texts([each.id for each in claimed if each.is_pin])
    judged = {each.id: judge(each, now, ZoneInfo(home), pins) for each in claimed}
    return {message: verdict for message, verdict in judged.items() if verdict}


def _unpaid(channel: Channel, going: Sequence[Claimed]) -> dict[int, Verdict]:
    kind = CHARGED.get(channel)
    if kind is None or not going:
        return {}
    paid = reserve_messages(kind, {each.id: max(each.segments, 1) for each in going})
    return {each.id: Verdict(MessageStatus.UNPAID, Reason.NO_MONEY) for each in going if each.id not in paid}
