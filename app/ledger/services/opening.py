"""What is written of points and money."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib.arrays import as_array
from app.lib.dates import NEVER

_OPEN = text(
    """
    INSERT INTO balance (business_id, wallet_id, customer_id, expiring_at)
    SELECT DISTINCT e.business_id, p.wallet_id, e.customer_id, CAST(:never AS timestamptz)
    FROM enrolment e JOIN program p ON p.business_id = e.business_id AND p.id = e.program_id
    WHERE e.business_id = :business AND e.customer_id = ANY (CAST(:customers AS bigint[]))
    ORDER BY 2, 3
    ON CONFLICT (business_id, wallet_id, customer_id) DO NOTHING
    """
)


def open_balances(customer_id: int) -> None:
    """Gives a customer a balance of nothing in the points of each program it is in, as sorting by points needs one."""
    open_balances_of([customer_id])


def open_balances_of(customers: Sequence[int]) -> None:
    """The same for many; who has one keeps it."""
    db.session.execute(_OPEN, {"business": business_id(), "customers": as_array(customers), "never": NEVER})
