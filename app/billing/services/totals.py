"""Fresh charges taken up by their day's totals, so that the balance is a sum of few rows (BI-1)."""

from __future__ import annotations

from sqlalchemy import text

from app.billing.services.holding import hold_balance
from app.db import business_id
from app.extensions import db

# One statement: whoever reads meanwhile finds a charge either fresh or taken up. Sales only ever add fresh ones.
_ADD_UP = text(
    """
    WITH taken AS (
        DELETE FROM charge_fresh WHERE business_id = :business RETURNING day, kind, rate, quantity
    ), added AS (
        INSERT INTO charge_total AS t (business_id, day, kind, rate, quantity)
        SELECT :business, day, kind, rate, sum(quantity) FROM taken GROUP BY day, kind, rate
        ON CONFLICT (business_id, day, kind, rate) DO UPDATE SET quantity = t.quantity + excluded.quantity
    )
    SELECT count(*) FROM taken
    """
)


def add_up() -> int:
    """Takes up the fresh charges of this business; answers with their number."""
    hold_balance()
    return int(db.session.execute(_ADD_UP, {"business": business_id()}).scalar_one())
