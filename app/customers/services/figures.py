"""Figures of customers, kept in the unit of work in which they change: sales counted, and taken out again (CT-2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from app.customers.family import family
from app.db import ask, business_id, current_scope
from app.extensions import db
from app.lib.dates import NEVER

# The scopes of a sale, by their keys (app/businesses/models.py): there are as many as places, and for each program.
_PLACE = "place AS (SELECT franchisee_id FROM point_of_sale WHERE business_id = :business AND id = :place)"
_FRANCHISEE = "(SELECT franchisee_id FROM place) * 4 + 1"
_ITS_OWN = f"""s.program_key = ANY(ARRAY[0, CAST(:program AS bigint)])
        AND s.place_key = ANY(ARRAY[0, {_FRANCHISEE}, CAST(:place AS bigint) * 4 + 2,
            CAST(:terminal AS bigint) * 4 + 3])"""
# Every scope whose place and program, where set, are the sale's own; then, of the franchisee where it was, each
# program that the customer is in, with or without sales there (PR-3). Rows are taken in the order of their scopes, so
# that two sales of one customer do not wait for each other crosswise.
_COUNT = text(
    f"""
    WITH {_PLACE}, known AS (
        INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
        SELECT :business, s.id, :customer, :never, :never
        FROM stats_scope s
        JOIN enrolment e ON e.business_id = :business AND e.customer_id = :customer AND e.program_id = s.program_id
        WHERE s.business_id = :business AND s.place_key = {_FRANCHISEE} AND s.program_id <> :program
        ORDER BY s.id
        ON CONFLICT DO NOTHING
    )
    INSERT INTO customer_stats AS c
        (business_id, scope_id, customer_id, sales_count, amount, average, first_at, last_at)
    SELECT :business, s.id, :customer, 1, :amount, :amount, :at, :at
    FROM stats_scope s
    WHERE s.business_id = :business AND {_ITS_OWN}
    ORDER BY s.id
    ON CONFLICT (business_id, scope_id, customer_id) DO UPDATE SET
        sales_count = c.sales_count + 1,
        amount = c.amount + excluded.amount,
        average = (2 * (c.amount + excluded.amount) + c.sales_count + 1) / (2 * (c.sales_count + 1)),
        first_at = CASE c.sales_count WHEN 0 THEN excluded.first_at ELSE least(c.first_at, excluded.first_at) END,
        last_at = greatest(c.last_at, excluded.last_at)
    """  # noqa: S608 - put together of our own words
)
# First and last purchase are another sale's once this one is gone, so they are looked up anew.
_UNCOUNT = text(
    f"""
    WITH {_PLACE}
    UPDATE customer_stats c SET
        sales_count = left_over.sales_count,
        amount = left_over.amount,
        average = CASE left_over.sales_count WHEN 0 THEN 0
            ELSE (2 * left_over.amount + left_over.sales_count) / (2 * left_over.sales_count) END,
        first_at = left_over.first_at,
        last_at = left_over.last_at
    FROM (
        SELECT s.id AS scope_id, count(t.id) AS sales_count,
            coalesce(sum(t.gross - t.discount), 0)::bigint AS amount,
            coalesce(min(t.at), :never) AS first_at, coalesce(max(t.at), :never) AS last_at
        FROM stats_scope s
        LEFT JOIN (
            transaction t JOIN point_of_sale p ON p.business_id = t.business_id AND p.id = t.point_of_sale_id
        ) ON t.business_id = :business AND t.customer_id = ANY(:family) AND t.kind = 1 AND t.status = 1
            AND (s.program_id IS NULL OR s.program_id = t.program_id)
            AND (s.franchisee_id IS NULL OR s.franchisee_id = p.franchisee_id)
            AND (s.point_of_sale_id IS NULL OR s.point_of_sale_id = t.point_of_sale_id)
            AND (s.terminal_id IS NULL OR s.terminal_id = t.terminal_id)
        WHERE s.business_id = :business AND {_ITS_OWN}
        GROUP BY s.id
    ) left_over
    WHERE c.business_id = :business AND c.customer_id = :customer AND c.scope_id = left_over.scope_id
    """  # noqa: S608 - the same
)
# Without a sale there, a place and a Terminal know nobody; a franchisee whoever registered at one of its places (PR-3).
_FORGET = text(
    """
    DELETE FROM customer_stats c USING stats_scope s
    WHERE c.business_id = :business AND c.customer_id = :customer AND c.sales_count = 0
        AND s.business_id = :business AND s.id = c.scope_id
        AND (s.point_of_sale_id IS NOT NULL OR s.terminal_id IS NOT NULL OR s.franchisee_id IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM customer_stats o JOIN stats_scope os ON os.business_id = :business AND os.id = o.scope_id
                WHERE o.business_id = :business AND o.customer_id = :customer AND o.sales_count > 0
                    AND os.franchisee_id = s.franchisee_id)
            AND NOT EXISTS (
                SELECT FROM customer k JOIN point_of_sale p
                    ON p.business_id = :business AND p.id = k.registered_point_of_sale_id
                WHERE k.business_id = :business AND k.id = ANY(:family) AND p.franchisee_id = s.franchisee_id))
    """
)


def count_sale(values: dict[str, object]) -> None:
    """Counts one sale: customer, program, place (a point of sale), terminal, amount in the smallest unit, at."""
    _see_every_scope()
    ask(_COUNT, values | {"business": business_id(), "never": NEVER})


def uncount_sale(values: dict[str, Any]) -> None:
    """The same once a sale is cancelled: figures of its scopes are made anew of the customer's other sales.

    The customer is the one whose figures they are; sales of records merged into it are its own (CP-9).
    """
    _see_every_scope()
    here = {"business": business_id(), "family": family(values["customer"])}
    db.session.execute(_UNCOUNT, values | here | {"never": NEVER})
    db.session.execute(_FORGET, values | here)


def _see_every_scope() -> None:
    """A franchisee's people see neither the brand's scopes nor its sales, so they would leave the brand's figures."""
    if current_scope().franchisee_id is not None:
        raise RuntimeError("Sales are counted in the scope of the whole business.")
