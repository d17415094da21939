"""Figures of franchisees when a point of sale changes hands: summed anew from those of its points of sale (PR-3).

Only the scopes of franchisees are written: figures of places do not depend on who runs them.
"""

from __future__ import annotations

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib.dates import NEVER

_CLEAR = text(
    """
    DELETE FROM customer_stats WHERE business_id = :business AND scope_id IN
        (SELECT id FROM stats_scope WHERE business_id = :business AND franchisee_id IS NOT NULL)
    """
)

# Who bought at one of its points of sale, who only registered there, and which of them are enrolled in a program.
_FILL = text(
    """
    INSERT INTO customer_stats
        (business_id, scope_id, customer_id, sales_count, amount, average, first_at, last_at)
    SELECT :business, scope_id, customer_id, sum(sales_count), sum(amount),
        CASE sum(sales_count) WHEN 0 THEN 0
            ELSE div(2 * sum(amount) + sum(sales_count), 2 * sum(sales_count)) END,
        coalesce(min(first_at) FILTER (WHERE sales_count > 0), :never), max(last_at)
    FROM (
        SELECT f.id AS scope_id, c.customer_id, c.sales_count, c.amount, c.first_at, c.last_at
        FROM stats_scope f
        JOIN point_of_sale p ON p.business_id = :business AND p.franchisee_id = f.franchisee_id
        JOIN stats_scope s ON s.business_id = :business AND s.point_of_sale_id = p.id
            AND s.program_id IS NOT DISTINCT FROM f.program_id
        JOIN customer_stats c ON c.business_id = :business AND c.scope_id = s.id
        WHERE f.business_id = :business
        UNION ALL
        SELECT f.id, listed.id, 0, 0, :never, :never
        FROM stats_scope f
        JOIN point_of_sale p ON p.business_id = :business AND p.franchisee_id = f.franchisee_id
        JOIN customer c ON c.business_id = :business AND c.registered_point_of_sale_id = p.id
        JOIN customer listed ON listed.business_id = :business AND listed.erased_at IS NULL
            AND listed.id = CASE WHEN c.merged_into_id IS NULL THEN c.id ELSE survivor_of(c.id) END
        WHERE f.business_id = :business AND f.program_id IS NULL
    ) of_places
    GROUP BY scope_id, customer_id
    """
)

_ENROLLED = text(
    """
    INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
    SELECT :business, f.id, e.customer_id, :never, :never
    FROM stats_scope f
    JOIN stats_scope s ON s.business_id = :business AND s.franchisee_id = f.franchisee_id AND s.program_id IS NULL
    JOIN customer_stats known ON known.business_id = :business AND known.scope_id = s.id
    JOIN enrolment e ON e.business_id = :business AND e.program_id = f.program_id
        AND e.customer_id = known.customer_id
    WHERE f.business_id = :business AND f.franchisee_id IS NOT NULL AND f.program_id IS NOT NULL
    ON CONFLICT DO NOTHING
    """
)


def regroup_figures() -> None:
    """Sums the figures of every franchisee of this business anew; seconds for a million customers."""
    db.session.execute(_CLEAR, {"business": business_id()})
    for statement in (_FILL, _ENROLLED):
        db.session.execute(statement, {"business": business_id(), "never": NEVER})
