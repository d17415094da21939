"""Proof of the charges: what they come to is what was written, and every sale is charged once (BI-1, TE-6)."""

from __future__ import annotations

from app.billing.models import ChargeKind
from app.proofs import Fault, broken

# Transactions belong to an area that comes later, so they are asked by name. Sales from before there was a tariff, and
# so from before there were charges, need none.
_CHECKS = {
    "what charges come to": """
        WITH entries AS (
            SELECT day, kind, rate, sum(quantity) AS quantity FROM charge
            WHERE business_id = :business GROUP BY day, kind, rate
        ), kept AS (
            SELECT day, kind, rate, sum(quantity) AS quantity FROM (
                SELECT day, kind, rate, quantity FROM charge_total WHERE business_id = :business
                UNION ALL SELECT day, kind, rate, quantity FROM charge_fresh WHERE business_id = :business
            ) parts GROUP BY day, kind, rate
        )
        SELECT format('%s, kind %s at %s: kept %s, charged %s', day, kind, rate, kept.quantity, entries.quantity)
        FROM kept FULL JOIN entries USING (day, kind, rate)
        WHERE coalesce(kept.quantity, 0) <> coalesce(entries.quantity, 0)
    """,
    "each sale charged once": """
        WITH sold AS (
            SELECT id, at FROM transaction WHERE business_id = :business AND kind = 1
        ), charged AS (
            SELECT subject AS id, at FROM charge WHERE business_id = :business AND kind = :sale
        )
        SELECT format('transaction %s: sold %s, charged %s', id, sold.at, charged.at)
        FROM sold FULL JOIN charged USING (id)
        WHERE sold.at IS DISTINCT FROM charged.at AND (
            charged.at IS NOT NULL
            OR sold.at >= (SELECT min(valid_from) FROM tariff WHERE business_id = :business))
    """,
    "nothing both reserved and charged": """
        SELECT format('kind %s, %s', kind, subject) FROM charge_reserved r JOIN charge c USING (kind, subject)
        WHERE r.business_id = :business AND c.business_id = :business
    """,
}


def faults() -> list[Fault]:
    """What is wrong in the charges of this business; nothing, if all is well. A minute for millions."""
    return broken(_CHECKS, sale=int(ChargeKind.TRANSACTION))
