"""The monthly fee, posted once for each month since the first tariff began (BI-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from app.billing.models import ChargeKind
from app.businesses.queries import own_business
from app.db import business_id
from app.extensions import db
from app.lib import dates

# A month begins at midnight of the business's zone, the first one with the first tariff, and is charged at the price
# of that moment. Months that were missed while nothing ran are found like the one that has just begun; one before those
# that were charged never is, as where the business moved to a zone in which the first tariff began a month earlier.
_POST = text(
    """
    WITH first AS (
        SELECT min(valid_from) AS began FROM tariff WHERE business_id = :business AND valid_from <= :now
    ), due AS (
        SELECT CAST(to_char(month, 'YYYYMM') AS bigint) AS subject, greatest(month AT TIME ZONE :zone, began) AS at
        FROM first, generate_series(date_trunc('month', began AT TIME ZONE :zone), :now AT TIME ZONE :zone, '1 month')
            AS month
    )
    INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate)
    SELECT :business, :kind, due.subject, due.at, CAST(due.at AT TIME ZONE :zone AS date), 1, -(
        SELECT t.monthly_fee FROM tariff t WHERE t.business_id = :business AND t.valid_from <= due.at
        ORDER BY t.valid_from DESC, t.id DESC LIMIT 1)
    FROM due
    WHERE due.subject > (
        SELECT coalesce(max(c.subject), 0) FROM charge c WHERE c.business_id = :business AND c.kind = :kind)
    ON CONFLICT DO NOTHING
    RETURNING subject
    """
)


def post_monthly_fees(now: datetime | None = None) -> list[int]:
    """Charges this business for every month that has begun and was not charged yet; answers with them, as 202611."""
    values = {
        "business": business_id(),
        "kind": int(ChargeKind.MONTHLY_FEE),
        "zone": own_business().time_zone,
        "now": now or dates.now(),
    }
    return sorted(db.session.execute(_POST, values).scalars())
