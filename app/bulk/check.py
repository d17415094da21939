"""Proof of what bulk actions have set aside, and `flask check bulk` that tells (BA-9)."""

from __future__ import annotations

from app.businesses.queries import every_business
from app.proofs import Fault, broken, group, prove

_CHECKS = {
    "coupons set aside": """
        WITH taken AS (
            SELECT batch_id, sum(done) AS done FROM batch_tally WHERE business_id = :business GROUP BY batch_id
        ), wanted AS (
            SELECT (b."values" ->> 'series')::bigint AS series_id, sum(b.reserved - coalesce(t.done, 0)) AS number
            FROM batch b LEFT JOIN taken t ON t.batch_id = b.id
            WHERE b.business_id = :business AND b.reserved > 0 GROUP BY 1
        ), kept AS (
            SELECT id AS series_id, reserved FROM coupon_series WHERE business_id = :business
        )
        SELECT format('series %s: set aside %s, wanted by bulk actions %s', series_id, reserved, coalesce(number, 0))
        FROM kept FULL JOIN wanted USING (series_id) WHERE reserved IS DISTINCT FROM coalesce(number, 0)
    """,
    "who set something aside and is over": """
        SELECT format('bulk action %s: set aside %s', id, reserved) FROM batch
        WHERE business_id = :business AND reserved > 0 AND state IN (10, 11, 12)
    """,
}


def faults() -> list[Fault]:
    """What is wrong in this business; nothing, if all is well."""
    return broken(_CHECKS)


@group.command("bulk")
def bulk() -> None:
    """What is set aside is for actions that stand; exit 1 and the differences, if any."""
    prove("Bulk actions", every_business(), faults)
