"""Proof of the acts: each month's come to its charges, series have no gap, files are what they were (BI-4, BI-5)."""

from __future__ import annotations

from app.billing.models import ChargeKind
from app.proofs import Fault, broken

_CHECKS = {
    "each month's acts come to its charges": """
        WITH acted AS (
            SELECT month, sum(total) AS total, sum(transactions) AS transactions FROM act WHERE business_id = :business
            GROUP BY month
        ), charged AS (
            SELECT CAST(date_trunc('month', day) AS date) AS month, -sum(quantity * rate) AS total,
                coalesce(sum(quantity) FILTER (WHERE kind = 1 AND rate <> 0), 0) AS transactions FROM charge
            WHERE business_id = :business AND kind <> :paid_in
                AND day < (SELECT month + interval '1 month' FROM act_close WHERE business_id = :business)
            GROUP BY 1
        )
        SELECT format('%s: charged %s, in acts %s', month, charged.total, acted.total)
        FROM acted FULL JOIN charged USING (month)
        WHERE coalesce(acted.total, 0) <> coalesce(charged.total, 0)
            OR coalesce(acted.transactions, 0) <> coalesce(charged.transactions, 0)
    """,
    "a series has no gap": """
        SELECT format('%s: %s acts, the last is %s', year, count(*), max(number)) FROM act
        WHERE business_id = :business GROUP BY year HAVING count(*) <> max(number)
    """,
    "an act has its file or waits for it": """
        SELECT format('act %s-%s', year, number) FROM act a WHERE business_id = :business
            AND (EXISTS (SELECT FROM act_file f WHERE f.business_id = a.business_id AND f.act_id = a.id))
                = (EXISTS (SELECT FROM act_to_draw d WHERE d.business_id = a.business_id AND d.act_id = a.id))
    """,
    "a file is what it was": """
        SELECT format('act %s', act_id) FROM act_file WHERE business_id = :business AND sha256(content) <> sha256
    """,
}


def faults() -> list[Fault]:
    """What is wrong in the acts of this business; nothing, if all is well."""
    return broken(_CHECKS, paid_in=int(ChargeKind.TOP_UP))
