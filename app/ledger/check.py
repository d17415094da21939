"""Proof of the ledger (RELIABILITY: money and points): balance = sum of entries = sum of what remains of lots."""

from __future__ import annotations

from app.lib.dates import NEVER
from app.proofs import Fault, broken

# Each finds rows that break one rule, as words for people. What an entry took from lots counts until another entry
# reverses it: then the lots have it back.
_CHECKS = {
    "balance, sum of entries and sum of lots": """
        WITH entries AS (
            SELECT wallet_id, customer_id, sum(amount) AS amount FROM ledger_entry
            WHERE business_id = :business GROUP BY wallet_id, customer_id
        ), lots AS (
            SELECT wallet_id, customer_id, sum(remaining) AS amount FROM lot
            WHERE business_id = :business GROUP BY wallet_id, customer_id
        ), held AS (
            SELECT wallet_id, customer_id, amount FROM balance WHERE business_id = :business
        )
        SELECT format('wallet %s, customer %s: balance %s, entries %s, lots %s', wallet_id, customer_id,
            held.amount, entries.amount, lots.amount)
        FROM held FULL JOIN entries USING (wallet_id, customer_id) FULL JOIN lots USING (wallet_id, customer_id)
        WHERE coalesce(held.amount, 0) <> coalesce(entries.amount, 0)
            OR coalesce(held.amount, 0) <> coalesce(lots.amount, 0)
    """,
    "balance after each entry": """
        SELECT format('entry %s: balance after it %s, sum of entries %s', id, balance_after, reached) FROM (
            SELECT id, balance_after, sum(amount) OVER (PARTITION BY wallet_id, customer_id ORDER BY id) AS reached
            FROM ledger_entry WHERE business_id = :business
        ) chain WHERE balance_after <> reached
    """,
    "what remains of each lot": """
        WITH used AS (
            SELECT u.lot_id, sum(u.amount) AS amount
            FROM lot_use u
            LEFT JOIN ledger_entry r ON r.business_id = :business AND r.reverses_id = u.entry_id
            WHERE u.business_id = :business AND r.id IS NULL
            GROUP BY u.lot_id
        )
        SELECT format('lot %s: amount %s, remaining %s, taken %s', lot.id, lot.amount, lot.remaining, used.amount)
        FROM lot LEFT JOIN used ON used.lot_id = lot.id
        WHERE lot.business_id = :business AND lot.amount - coalesce(used.amount, 0) <> lot.remaining
    """,
    "what each entry brought or took": """
        WITH moved AS (
            SELECT entry_id, sum(amount) AS amount FROM (
                SELECT entry_id, amount FROM lot WHERE business_id = :business
                UNION ALL SELECT entry_id, -amount FROM lot_use WHERE business_id = :business
            ) parts GROUP BY entry_id
        )
        SELECT format('entry %s: amount %s, lots %s', e.id, e.amount, moved.amount)
        FROM ledger_entry e LEFT JOIN moved ON moved.entry_id = e.id
        LEFT JOIN ledger_entry undone ON undone.business_id = :business AND undone.id = e.reverses_id
        WHERE e.business_id = :business AND (
            e.amount IS DISTINCT FROM moved.amount AND (undone.id IS NULL OR undone.amount > 0)
            OR undone.amount + e.amount <> 0
        )
    """,
    "what went from one record to another": """
        SELECT format('transfer %s: entries %s', transfer, string_agg(format('%s of %s', id, amount), ', '))
        FROM (
            SELECT id, amount, wallet_id, regexp_replace(key, ':(in|out)$', '') AS transfer FROM ledger_entry
            WHERE business_id = :business AND kind = 7
        ) moved
        GROUP BY transfer HAVING count(*) <> 2 OR sum(amount) <> 0 OR count(DISTINCT wallet_id) > 1
    """,
    "the dates of lots that came from another record": """
        SELECT format('lot %s of %s, first lot %s of %s', l.id, l.expires_at, o.id, o.expires_at)
        FROM lot l JOIN lot o ON o.business_id = :business AND o.id = l.origin_id
        WHERE l.business_id = :business
            AND (l.expires_at IS DISTINCT FROM o.expires_at OR l.wallet_id <> o.wallet_id OR o.origin_id IS NOT NULL)
    """,
    "the lots that expire soonest": """
        WITH soonest AS (
            SELECT DISTINCT ON (wallet_id, customer_id) wallet_id, customer_id, expires_at, sum(remaining) AS amount
            FROM lot WHERE business_id = :business AND remaining > 0 AND expires_at IS NOT NULL
            GROUP BY wallet_id, customer_id, expires_at ORDER BY wallet_id, customer_id, expires_at
        )
        SELECT format('wallet %s, customer %s: kept %s at %s, lots %s at %s', b.wallet_id, b.customer_id,
            b.expiring, b.expiring_at, s.amount, s.expires_at)
        FROM balance b LEFT JOIN soonest s USING (wallet_id, customer_id)
        WHERE b.business_id = :business
            AND (b.expiring <> coalesce(s.amount, 0) OR b.expiring_at <> coalesce(s.expires_at, :never))
    """,
}


RULES = tuple(_CHECKS)


def faults(*rules: str, patience: int = 0) -> list[Fault]:
    """What is wrong in the ledger of this business, by all rules or some; nothing, if all is well.

    Minutes for millions of entries; each rule may take `patience` milliseconds, if any are given.
    """
    return broken({rule: _CHECKS[rule] for rule in rules or RULES}, patience, never=NEVER)
