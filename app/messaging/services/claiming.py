"""Taking messages up to send them: held by a token for a while, judged, and paid for beforehand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, text

from app.billing.services import reserve_messages
from app.businesses.queries import own_business
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
# the record that the customer's stands for now, which says where to and whether at all.
_CLAIM = text(
    """
    WITH due AS MATERIALIZED (
        SELECT o.message_id FROM (VALUES (0), (1), (2)) urgency (priority) CROSS JOIN LATERAL (
            SELECT message_id FROM message_outbox
            WHERE business_id = :business AND channel = :channel AND priority = urgency.priority
                AND due_at <= :now AND step = 1
            ORDER BY due_at, message_id LIMIT :most FOR UPDATE SKIP LOCKED
        ) o LIMIT :most
    ), taken AS (
        UPDATE message_outbox o SET step = 2, token = :token, due_at = :until, attempts = least(o.attempts + 1, 9999)
        FROM due WHERE o.business_id = :business AND o.message_id = due.message_id
        RETURNING o.message_id, o.priority, o.attempts, o.smart, o.fallback_at
    )
    SELECT m.id, m.kind, m.channel, m.title, m.text, m.language, m.segments, m.valid_until, t.attempts, t.smart,
        t.fallback_at, c.id AS customer_id, c.phone, c.email, c.confirmed, c.app_installed,
        c.erased_at IS NOT NULL AS erased, coalesce(NOT way.granted, false) AS opted_out,
        coalesce(NOT processing.granted, false) AS refused, e.access, e.left_at IS NOT NULL AS "left",
        CASE WHEN EXISTS (SELECT FROM business_feature f WHERE f.business_id = :business AND f.feature = 'alpha-name')
            THEN p.sender ELSE '' END AS sender,
        p.quiet_from, p.quiet_to, p.smart_timeout
    FROM taken t
    JOIN message m ON m.business_id = :business AND m.id = t.message_id
    JOIN customer written_to ON written_to.business_id = :business AND written_to.id = m.customer_id
    JOIN customer c ON c.business_id = :business AND c.id = CASE WHEN written_to.merged_into_id IS NULL
        THEN written_to.id ELSE survivor_of(written_to.id) END
    JOIN program p ON p.business_id = :business AND p.id = coalesce(m.program_id, (
        SELECT d.id FROM program d WHERE d.business_id = :business AND d.is_default))
    LEFT JOIN enrolment e ON e.business_id = :business AND e.program_id = p.id AND e.customer_id = c.id
    LEFT JOIN consent way ON way.business_id = :business AND way.customer_id = c.id AND way.kind = :consent
    LEFT JOIN consent processing
        ON processing.business_id = :business AND processing.customer_id = c.id AND processing.kind = 1
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
    rows = db.session.execute(_CLAIM, values).mappings()
    claimed = [_claimed(row) for row in rows]
    verdicts = _judged(claimed, now)
    going = [each for each in claimed if each.id not in verdicts]
    unpaid = _unpaid(channel, going)
    put_aside(claimed, verdicts | unpaid, now)
    return Batch(token, [each for each in going if each.id not in unpaid], len(claimed))


def _claimed(row: RowMapping) -> Claimed:
    values = {name: row[name] for name in _FIELDS}
    return Claimed(**values | {"kind": MessageKind(row["kind"]), "channel": Channel(row["channel"])})


def _judged(claimed: Sequence[Claimed], now: datetime) -> dict[int, Verdict]:
    if not claimed:
        return {}
    home, pins = ZoneInfo(own_business().time_zone), pin_texts([each.id for each in claimed if each.is_pin])
    judged = {each.id: judge(each, now, home, pins) for each in claimed}
    return {message: verdict for message, verdict in judged.items() if verdict}


def _unpaid(channel: Channel, going: Sequence[Claimed]) -> dict[int, Verdict]:
    kind = CHARGED.get(channel)
    if kind is None or not going:
        return {}
    paid = reserve_messages(kind, {each.id: max(each.segments, 1) for each in going})
    return {each.id: Verdict(MessageStatus.UNPAID, Reason.NO_MONEY) for each in going if each.id not in paid}
