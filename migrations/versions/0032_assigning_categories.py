"""Rules that give categories by turnover or number of sales, and their runs over all customers (AC-3)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import WHOLE_BRAND, definer, open_to_definer, protect

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BUSINESS = "(SELECT nullif(current_setting('app.business_id', true), '')::bigint)"


def upgrade() -> None:
    op.add_column("category", sa.Column("from_amount", sa.BigInteger(), nullable=True))
    op.add_column("category", sa.Column("from_sales", sa.Integer(), nullable=True))
    op.add_column("category", sa.Column("months", sa.SmallInteger(), nullable=True))
    for name, condition in {
        "from_amount": "from_amount > 0",
        "from_sales": "from_sales > 0",
        "months": "months BETWEEN 1 AND 120",
        "rule": "months IS NULL OR num_nonnulls(from_amount, from_sales) > 0",
        "default": "NOT is_default OR num_nonnulls(from_amount, from_sales) = 0",
    }.items():
        op.create_check_constraint(op.f(f"category_{name}_check"), "category", condition)
    runs()
    open_to_definer("category", "enrolment", "transaction")
    definer("assign_categories(program bigint, customers bigint[], moment timestamptz)", "bigint", ASSIGN, "VOLATILE")


def runs() -> None:
    op.create_table(
        "category_run",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=False),
        sa.Column("looked_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("looked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id", "program_id"],
            ["program.business_id", "program.id"],
            name=op.f("category_run_business_id_program_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "program_id", name=op.f("category_run_pkey")),
    )
    protect("category_run", rights="SELECT, INSERT, UPDATE", seen=WHOLE_BRAND)


# Each customer, and what was merged into it.
KIN = f"""
    WITH RECURSIVE member AS (
        SELECT person.customer_id, person.customer_id AS member_id FROM person
        UNION
        SELECT member.customer_id, c.id FROM member
        JOIN customer c ON c.business_id = {BUSINESS} AND c.merged_into_id = member.member_id
    )
    SELECT customer_id, member_id FROM member
"""
# It counts every sale of a customer and of what was merged into it (CP-9), also for a location operator who sees only
# some of them (PR-3). Sales are of kind 1, and completed in status 1. A customer that no rule gives anything stays
# where it is, unless that is a category which has a rule: then it goes to the default one. Whoever sold nothing in a
# span has no figures in it, and reaches nothing.
ASSIGN = f"""
    WITH ruled AS MATERIALIZED (
        SELECT id, position, name, coalesce(from_amount, 0) AS from_amount, coalesce(from_sales, 0) AS from_sales,
            coalesce(moment - make_interval(months => months), '-infinity') AS since
        FROM category
        WHERE business_id = {BUSINESS} AND program_id = program AND num_nonnulls(from_amount, from_sales) > 0
    ), person AS MATERIALIZED (
        SELECT e.customer_id, e.category_id FROM enrolment e
        WHERE e.business_id = {BUSINESS} AND e.program_id = program AND e.customer_id = ANY (customers)
            AND NOT e.category_by_hand AND EXISTS (SELECT FROM ruled)
    ), figures AS MATERIALIZED (
        SELECT c.customer_id, CAST('-infinity' AS timestamptz) AS since, c.sales_count AS sales, c.amount
        FROM customer_stats c
        WHERE c.business_id = {BUSINESS} AND c.customer_id = ANY (customers)
            AND c.scope_id = (SELECT s.id FROM stats_scope s WHERE s.business_id = {BUSINESS}
                AND s.program_id = program AND num_nulls(s.franchisee_id, s.point_of_sale_id, s.terminal_id) = 3)
        UNION ALL
        SELECT kin.customer_id, spans.since, count(*), sum(t.gross - t.discount)
        FROM (SELECT DISTINCT since FROM ruled WHERE since > '-infinity') spans
        CROSS JOIN ({KIN}) kin
        JOIN transaction t ON t.customer_id = kin.member_id AND t.at >= spans.since
        WHERE t.business_id = {BUSINESS} AND t.program_id = program AND t.kind = 1 AND t.status = 1
        GROUP BY kin.customer_id, spans.since
    ), given AS (
        SELECT DISTINCT ON (figures.customer_id) figures.customer_id, ruled.id
        FROM figures JOIN ruled USING (since)
        WHERE figures.amount >= ruled.from_amount AND figures.sales >= ruled.from_sales
        ORDER BY figures.customer_id, ruled.position DESC, ruled.name DESC, ruled.id DESC
    ), due AS (
        SELECT person.customer_id, coalesce(given.id, (SELECT c.id FROM category c
            WHERE c.business_id = {BUSINESS} AND c.program_id = program AND c.is_default)) AS category_id
        FROM person LEFT JOIN given USING (customer_id)
        WHERE given.id IS NOT NULL OR person.category_id IN (SELECT id FROM ruled)
    ), moved AS (
        UPDATE enrolment e SET category_id = due.category_id FROM due
        WHERE e.business_id = {BUSINESS} AND e.program_id = program AND e.customer_id = due.customer_id
            AND e.category_id <> due.category_id AND NOT e.category_by_hand
        RETURNING 1
    )
    SELECT count(*) FROM moved
"""
