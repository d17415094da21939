"""Proof of messages: what waits is in the outbox and what is in the outbox waits, and the money agrees (BI-1)."""

from __future__ import annotations

from app.businesses.queries import every_business
from app.proofs import Fault, broken, group, prove

# Statuses: 1 queued, 2 held, 3 unpaid, 4 sent, 5 unknown, 6 delivered, 7 failed, 8 rejected, 9 read. Steps: 1 waiting,
# 2 claimed, 3 sending, 4 unpaid, 5 fallback, 6 asking. Charges: 2 of an SMS, 3 of a Viber. Messages that went before
# there was an outbox name no gateway, and were charged nothing.
_CHECKS = {
    "each message that waits is in the outbox": """
        SELECT format('message %s: status %s, not in the outbox', m.id, m.status)
        FROM message m LEFT JOIN message_outbox o ON o.business_id = m.business_id AND o.message_id = m.id
        WHERE m.business_id = :business AND m.direction = 1 AND m.status IN (1, 2, 3) AND o.message_id IS NULL
    """,
    "each message in the outbox waits for what its step says": """
        SELECT format('message %s: step %s, status %s', m.id, o.step, m.status)
        FROM message_outbox o JOIN message m ON m.business_id = o.business_id AND m.id = o.message_id
        WHERE o.business_id = :business AND (m.direction <> 1 OR m.status <> ALL (CASE o.step
            WHEN 4 THEN ARRAY[3] WHEN 5 THEN ARRAY[4, 5] WHEN 6 THEN ARRAY[5] ELSE ARRAY[1, 2, 3] END))
    """,
    "what is reserved is for messages on their way": """
        SELECT format('message %s: reserved, status %s', r.subject, m.status)
        FROM charge_reserved r LEFT JOIN message m ON m.business_id = r.business_id AND m.id = r.subject
        WHERE r.business_id = :business AND r.kind IN (2, 3)
            AND (m.id IS NULL OR m.status NOT IN (1, 2, 3, 5)
                OR (r.kind, r.quantity) IS DISTINCT FROM (CASE m.channel WHEN 1 THEN 2 WHEN 4 THEN 3 END,
                    greatest(m.segments, 1)))
    """,
    "each message that left is charged once, and no other": """
        WITH charged AS (
            SELECT subject AS id, kind, quantity FROM charge WHERE business_id = :business AND kind IN (2, 3)
        )
        SELECT format('message %s: status %s, charged %s', id, m.status, charged.quantity)
        FROM (SELECT * FROM message WHERE business_id = :business AND direction = 1 AND gateway <> '') m
        FULL JOIN charged USING (id)
        WHERE CASE WHEN m.channel IN (1, 4) AND m.status IN (4, 6, 9) THEN
            (charged.kind, charged.quantity) IS DISTINCT FROM (CASE m.channel WHEN 1 THEN 2 ELSE 3 END,
                greatest(m.segments, 1))
            ELSE charged.id IS NOT NULL AND coalesce(m.status, 0) <> 7 END
    """,
}


def faults() -> list[Fault]:
    """What is wrong with the messages of this business; nothing, if all is well."""
    return broken(_CHECKS)


@group.command("messages")
def messages() -> None:
    """What waits is in the outbox, and each message that left is charged once; exit 1 and the differences, if any."""
    prove("Messages", every_business(), faults)
