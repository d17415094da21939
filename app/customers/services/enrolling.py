"""Taking a customer into a program (AC-2): with the first sale in it, or when its form says so."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib.arrays import as_array
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


_ENROL_MANY = text(
    """
    WITH asked AS (SELECT unnest(CAST(:customers AS bigint[])) AS customer_id), enrolled AS (
        INSERT INTO enrolment (business_id, program_id, customer_id, category_id, access)
        SELECT :business, :program, customer_id, :category, :access FROM asked ORDER BY customer_id
        ON CONFLICT DO NOTHING
        RETURNING customer_id
    )
    INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
    SELECT :business, s.id, e.customer_id, :never, :never
    FROM enrolled e JOIN stats_scope s ON s.business_id = :business AND s.program_id = :program
        AND s.point_of_sale_id IS NULL AND s.terminal_id IS NULL
        AND (s.franchisee_id IS NULL OR EXISTS (
            SELECT FROM customer_stats o JOIN stats_scope os ON os.business_id = :business AND os.id = o.scope_id
            WHERE o.business_id = :business AND o.customer_id = e.customer_id AND os.program_id IS NULL
                AND os.franchisee_id = s.franchisee_id))
    ORDER BY s.id, e.customer_id
    ON CONFLICT DO NOTHING
    """
)
_LIST = text(
    """
    INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
    SELECT :business, s.id, customer_id, :never, :never
    FROM stats_scope s, unnest(CAST(:customers AS bigint[])) customer_id
    WHERE s.business_id = :business AND num_nulls(s.program_id, s.franchisee_id, s.point_of_sale_id, s.terminal_id) = 4
    ORDER BY customer_id
    """
)


def enrol_many(customers: Sequence[int], program_id: int, access: Access, category_id: int) -> None:
    """The same for many at once."""
    values = {"business": business_id(), "program": program_id, "customers": as_array(customers)}
    db.session.execute(_ENROL_MANY, values | {"category": category_id, "access": int(access), "never": NEVER})


def list_many(customers: Sequence[int]) -> None:
    """Has the table of the brand show new customers, who registered at no point of sale."""
    db.session.execute(_LIST, {"business": business_id(), "customers": as_array(customers), "never": NEVER})


def enrol(customer_id: int, program_id: int, access: Access, category_id: int) -> None:
    """Takes a customer into a program with an access type and a category; one that is in it stays as it is."""
    values = {"business": business_id(), "program": program_id, "customer": customer_id}
    db.session.execute(_ENROL, values | {"category": category_id, "access": int(access), "never": NEVER})
