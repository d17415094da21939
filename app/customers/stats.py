"""Figures by scope, made anew from the transactions: to prove that the kept ones are right, and to mend them (CT-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib.dates import NEVER

SHOWN = 20
"""Differences that are told one by one; of the rest only the number."""

# Sales of a merged record are the survivor's (CP-9): who that is is worked out for the few that are merged.
# Leaves first: sales (kind 1) that were not cancelled (status 1), by program and place. Which scopes each of the few
# hundred combinations belongs to is worked out once. Then the rows that stand without a sale: the business's for
# every customer, a franchisee's for whoever registered at its places (PR-3), a program's for everyone enrolled, and
# a program's at a franchisee for those of the franchisee's customers who are enrolled.
_REBUILT = """
    WITH RECURSIVE record AS (
        SELECT id, merged_into_id AS survivor_id FROM customer
        WHERE business_id = :business AND merged_into_id IS NOT NULL {of_customer}
        UNION ALL
        SELECT record.id, c.merged_into_id FROM record JOIN customer c ON c.business_id = :business
            AND c.id = record.survivor_id AND c.merged_into_id IS NOT NULL
    ), merged AS MATERIALIZED (
        SELECT record.id, record.survivor_id FROM record JOIN customer c ON c.business_id = :business
            AND c.id = record.survivor_id AND c.merged_into_id IS NULL
    ), leaf AS MATERIALIZED (
        SELECT coalesce(m.survivor_id, t.customer_id) AS customer_id, program_id, point_of_sale_id, terminal_id,
            count(*) AS sales_count, sum(gross - discount)::bigint AS amount, min(at) AS first_at, max(at) AS last_at
        FROM transaction t LEFT JOIN merged m ON m.id = t.customer_id
        WHERE t.business_id = :business AND kind = 1 AND status = 1 {of_sale}
        GROUP BY 1, program_id, point_of_sale_id, terminal_id
    ), belonging AS MATERIALIZED (
        SELECT s.id AS scope_id, place.program_id, place.point_of_sale_id, place.terminal_id
        FROM (SELECT DISTINCT program_id, point_of_sale_id, terminal_id FROM leaf) place
        JOIN point_of_sale p ON p.business_id = :business AND p.id = place.point_of_sale_id
        JOIN stats_scope s ON s.business_id = :business
            AND (s.program_id IS NULL OR s.program_id = place.program_id)
            AND (s.franchisee_id IS NULL OR s.franchisee_id = p.franchisee_id)
            AND (s.point_of_sale_id IS NULL OR s.point_of_sale_id = place.point_of_sale_id)
            AND (s.terminal_id IS NULL OR s.terminal_id = place.terminal_id)
    ), listed AS MATERIALIZED (
        SELECT id FROM customer
        WHERE business_id = :business AND merged_into_id IS NULL AND erased_at IS NULL {of_customer}
    ), known AS MATERIALIZED (
        SELECT p.franchisee_id, listed.id AS customer_id FROM customer c
        LEFT JOIN merged m ON m.id = c.id
        JOIN listed ON listed.id = coalesce(m.survivor_id, c.id)
        JOIN point_of_sale p ON p.business_id = :business AND p.id = c.registered_point_of_sale_id
        WHERE c.business_id = :business AND p.franchisee_id IS NOT NULL {of_known}
        UNION
        SELECT p.franchisee_id, leaf.customer_id FROM leaf JOIN listed ON listed.id = leaf.customer_id
        JOIN point_of_sale p ON p.business_id = :business AND p.id = leaf.point_of_sale_id
        WHERE p.franchisee_id IS NOT NULL
    ), counted AS (
        SELECT belonging.scope_id, leaf.customer_id, leaf.sales_count, leaf.amount, leaf.first_at, leaf.last_at
        FROM leaf JOIN belonging USING (program_id, point_of_sale_id, terminal_id)
        JOIN listed ON listed.id = leaf.customer_id
        UNION ALL
        SELECT s.id, listed.id, 0, 0, NULL, NULL FROM listed JOIN stats_scope s ON s.business_id = :business
            AND num_nulls(s.program_id, s.franchisee_id, s.point_of_sale_id, s.terminal_id) = 4
        UNION ALL
        SELECT s.id, e.customer_id, 0, 0, NULL, NULL FROM enrolment e JOIN listed ON listed.id = e.customer_id
        JOIN stats_scope s ON s.business_id = :business AND s.program_id = e.program_id
            AND num_nulls(s.franchisee_id, s.point_of_sale_id, s.terminal_id) = 3
        WHERE e.business_id = :business
        UNION ALL
        SELECT s.id, known.customer_id, 0, 0, NULL, NULL FROM known
        JOIN stats_scope s ON s.business_id = :business AND s.franchisee_id = known.franchisee_id
        WHERE s.program_id IS NULL OR EXISTS (SELECT FROM enrolment e WHERE e.business_id = :business
            AND e.program_id = s.program_id AND e.customer_id = known.customer_id)
    ), summed AS (
        SELECT scope_id, customer_id, sum(sales_count)::bigint AS sales_count, sum(amount)::bigint AS amount,
            coalesce(min(first_at), :never) AS first_at, coalesce(max(last_at), :never) AS last_at
        FROM counted GROUP BY scope_id, customer_id
    ), rebuilt AS (
        SELECT scope_id, customer_id, sales_count, amount,
            CASE sales_count WHEN 0 THEN 0 ELSE (2 * amount + sales_count) / (2 * sales_count) END AS average,
            first_at, last_at
        FROM summed
    )
"""
_ALL = _REBUILT.format(of_customer="", of_known="", of_sale="")
_OF_FAMILY = _REBUILT.format(
    of_customer="AND id = ANY(:family)",
    of_known="AND c.id = ANY(:family)",
    of_sale="AND t.customer_id = ANY(:family)",
)

_COMPARE = f"""
    CREATE TEMPORARY TABLE stats_difference ON COMMIT DROP AS {_ALL}, kept AS (
        SELECT scope_id, customer_id, sales_count::bigint AS sales_count, amount, average, first_at, last_at
        FROM customer_stats WHERE business_id = :business
    )
    SELECT scope_id, customer_id, kept::text AS kept, rebuilt::text AS rebuilt,
        rebuilt.sales_count, rebuilt.amount, rebuilt.average, rebuilt.first_at, rebuilt.last_at
    FROM kept FULL JOIN rebuilt USING (scope_id, customer_id)
    WHERE kept IS DISTINCT FROM rebuilt
"""  # noqa: S608 - put together of our own words

_REMOVE = """
    DELETE FROM customer_stats s USING stats_difference d
    WHERE d.rebuilt IS NULL AND s.business_id = :business
        AND s.scope_id = d.scope_id AND s.customer_id = d.customer_id
"""

_WRITE = """
    INSERT INTO customer_stats
        (business_id, scope_id, customer_id, sales_count, amount, average, first_at, last_at)
    SELECT :business, scope_id, customer_id, sales_count, amount, average, first_at, last_at
    FROM stats_difference WHERE rebuilt IS NOT NULL
    ON CONFLICT (business_id, scope_id, customer_id) DO UPDATE SET sales_count = excluded.sales_count,
        amount = excluded.amount, average = excluded.average,
        first_at = excluded.first_at, last_at = excluded.last_at
"""

_CLEAR_FAMILY = "DELETE FROM customer_stats WHERE business_id = :business AND customer_id = ANY(:family)"

_WRITE_FAMILY = f"""
    INSERT INTO customer_stats
        (business_id, scope_id, customer_id, sales_count, amount, average, first_at, last_at)
    {_OF_FAMILY}
    SELECT :business, scope_id, customer_id, sales_count, amount, average, first_at, last_at FROM rebuilt
    ORDER BY scope_id
"""  # noqa: S608


@dataclass(frozen=True)
class Difference:
    """Figures of a customer in a scope that are not what the transactions say; None is no row."""

    scope_id: int
    customer_id: int
    kept: str | None
    rebuilt: str | None


@dataclass(frozen=True)
class Differences:
    """How many rows differ, and the first of them."""

    number: int
    first: list[Difference]


def differences() -> Differences:
    """Compares this business's kept figures with what its transactions say; minutes for millions of them."""
    _compare()
    rows = db.session.execute(
        text("SELECT scope_id, customer_id, kept, rebuilt FROM stats_difference ORDER BY 1, 2 LIMIT :shown"),
        {"shown": SHOWN},
    )
    number = db.session.execute(text("SELECT count(*) FROM stats_difference")).scalar_one()
    return Differences(number, [Difference(*row) for row in rows])


def rebuild() -> int:
    """Mends the figures of this business; answers with the number of rows that were wrong.

    Sales wait meanwhile, as they would be missed or lost.
    """
    db.session.execute(text("LOCK TABLE customer_stats IN SHARE ROW EXCLUSIVE MODE"))
    _compare()
    business = {"business": business_id()}
    removed: Any = db.session.execute(text(_REMOVE), business)
    written: Any = db.session.execute(text(_WRITE), business)
    return int(removed.rowcount + written.rowcount)


def remake_figures(family: list[int]) -> None:
    """Makes the figures of a customer and of those merged into it anew; all of them must be held."""
    values: dict[str, Any] = {"business": business_id(), "family": family}
    db.session.execute(text(_CLEAR_FAMILY), values)
    db.session.execute(text(_WRITE_FAMILY), values | {"never": NEVER})


def _compare() -> None:
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    db.session.execute(text("SET LOCAL work_mem = '256MB'"))
    # Whole tables meet here: row by row it would take hours, and the planner cannot know how few rows will differ.
    db.session.execute(text("SET LOCAL enable_nestloop = off"))
    db.session.execute(text("DROP TABLE IF EXISTS stats_difference"))
    db.session.execute(text(_COMPARE), {"business": business_id(), "never": NEVER})
