"""What is written of points and money."""

from __future__ import annotations

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib.dates import NEVER

_OPEN = text(
    """
    INSERT INTO balance (business_id, wallet_id, customer_id, expiring_at)
    SELECT DISTINCT e.business_id, p.wallet_id, e.customer_id, CAST(:never AS timestamptz)
    FROM enrolment e JOIN program p ON p.business_id = e.business_id AND p.id = e.program_id
    WHERE e.business_id = :business AND e.customer_id = :customer
    ON CONFLICT (business_id, wallet_id, customer_id) DO NOTHING
    """
)


def open_balances(customer_id: int) -> None:
    """Gives a customer a balance of nothing in the points of each program it is in, as sorting by points needs one."""
    db.session.execute(_OPEN, {"business": business_id(), "customer": customer_id, "never": NEVER})
