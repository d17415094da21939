"""Taking a customer into a program (AC-2): with the first sale in it, or when its form says so."""

from __future__ import annotations

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib.dates import NEVER
from app.loyalty.models import Access

# The program's scopes list whoever is in it, everywhere and at each franchisee that knows the customer (PR-3).
_ENROL = text(
    """
    WITH enrolled AS (
        INSERT INTO enrolment (business_id, program_id, customer_id, category_id, access)
        VALUES (:business, :program, :customer, :category, :access)
        ON CONFLICT DO NOTHING
    )
    INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
    SELECT :business, s.id, :customer, :never, :never
    FROM stats_scope s
    WHERE s.business_id = :business AND s.program_id = :program
        AND s.point_of_sale_id IS NULL AND s.terminal_id IS NULL
        AND (s.franchisee_id IS NULL OR EXISTS (
            SELECT FROM customer_stats o JOIN stats_scope os ON os.business_id = :business AND os.id = o.scope_id
            WHERE o.business_id = :business AND o.customer_id = :customer AND os.program_id IS NULL
                AND os.franchisee_id = s.franchisee_id))
    ORDER BY s.id
    ON CONFLICT DO NOTHING
    """
)


def enrol(customer_id: int, program_id: int, access: Access, category_id: int) -> None:
    """Takes a customer into a program with an access type and a category; one that is in it stays as it is."""
    values = {"business": business_id(), "program": program_id, "customer": customer_id}
    db.session.execute(_ENROL, values | {"category": category_id, "access": int(access), "never": NEVER})
