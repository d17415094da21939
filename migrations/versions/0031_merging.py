"""Merging customers and its undo (CP-9): merges, likely duplicates, where a lot first came in, families of records."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import WHOLE_BRAND, definer, open_to_definer, protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

BUSINESS = "nullif(current_setting('app.business_id', true), '')::bigint"
OWN_SCOPE = "nullif(current_setting('app.franchisee_scope', true), '')::bigint"
PLANNED_ONCE = "SET plan_cache_mode = force_generic_plan"


def upgrade() -> None:
    merges()
    duplicates()
    lots()
    families()
    op.execute(SEES_CUSTOMER)
    definer("find_duplicates_of(customer bigint)", "void", FIND, f"VOLATILE {PLANNED_ONCE}")


def merges() -> None:
    op.create_table(
        "customer_merge",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("survivor_id", sa.BigInteger(), nullable=False),
        sa.Column("absorbed_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("kept", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("customer_merge_user_id_fkey")),
        *_of_customers("customer_merge", "survivor_id", "absorbed_id"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("customer_merge_pkey")),
    )
    op.create_index(
        "customer_merge_standing_key",
        "customer_merge",
        ["business_id", "absorbed_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index(
        op.f("customer_merge_business_id_survivor_id_id_idx"), "customer_merge", ["business_id", "survivor_id", "id"]
    )
    protect("customer_merge", rights="SELECT, INSERT, UPDATE", seen=WHOLE_BRAND)


def duplicates() -> None:
    op.create_table(
        "likely_duplicate",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("second_id", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.SmallInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("likely_duplicate_order_check")),
        *_of_customers("likely_duplicate", "first_id", "second_id"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("likely_duplicate_pkey")),
        sa.UniqueConstraint(
            "business_id", "first_id", "second_id", name=op.f("likely_duplicate_business_id_first_id_second_id_key")
        ),
    )
    op.create_index(
        op.f("likely_duplicate_business_id_second_id_idx"), "likely_duplicate", ["business_id", "second_id"]
    )
    op.create_index(
        "likely_duplicate_open_idx",
        "likely_duplicate",
        ["business_id", "found_at", "id"],
        postgresql_where=sa.text("denied_at IS NULL"),
    )
    protect("likely_duplicate", rights="SELECT, INSERT, UPDATE, DELETE", seen=WHOLE_BRAND)


def lots() -> None:
    op.add_column("lot", sa.Column("origin_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("lot_business_id_origin_id_fkey"), "lot", "lot", ["business_id", "origin_id"], ["business_id", "id"]
    )
    op.create_index(
        "lot_moved_idx",
        "lot",
        ["business_id", "customer_id", "origin_id"],
        postgresql_where=sa.text("origin_id IS NOT NULL"),
    )


def families() -> None:
    """Whoever sees a customer reads its histories whole, so the records merged into it are named past the walls."""
    op.create_index(
        "customer_merged_into_idx",
        "customer",
        ["business_id", "merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_check_constraint(op.f("customer_merged_into_check"), "customer", "merged_into_id <> id")
    open_to_definer("customer", "likely_duplicate")
    definer("family_of(customer bigint)", "bigint[]", FAMILY, f"STABLE {PLANNED_ONCE}")
    definer("survivor_of(customer bigint)", "bigint", SURVIVOR, f"STABLE {PLANNED_ONCE}")


def _of_customers(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["business_id", column],
            ["customer.business_id", "customer.id"],
            name=op.f(f"{table}_business_id_{column}_fkey"),
        )
        for column in columns
    ]


# The customer itself, then all that was merged into it, by way of others too.
FAMILY = f"""
    WITH RECURSIVE member AS (
        SELECT customer AS id
        UNION
        SELECT c.id FROM member JOIN customer c ON c.business_id = (SELECT {BUSINESS}) AND c.merged_into_id = member.id
    )
    SELECT array_agg(id) FROM member
"""
SURVIVOR = f"""
    WITH RECURSIVE record AS (
        SELECT c.id, c.merged_into_id FROM customer c WHERE c.business_id = (SELECT {BUSINESS}) AND c.id = customer
        UNION
        SELECT c.id, c.merged_into_id FROM record
        JOIN customer c ON c.business_id = (SELECT {BUSINESS}) AND c.id = record.merged_into_id
    )
    SELECT id FROM record WHERE merged_into_id IS NULL
"""
# Who sees a customer sees the records that were merged into it.
SEES_CUSTOMER = f"""
    CREATE OR REPLACE FUNCTION sees_customer(customer bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER COST 100
    SET search_path = pg_catalog, public, pg_temp {PLANNED_ONCE} AS $$
    DECLARE record bigint := customer;
    BEGIN
        LOOP
            IF EXISTS (SELECT FROM customer_stats s WHERE s.business_id = {BUSINESS}
                AND s.scope_id = {OWN_SCOPE} AND s.customer_id = record) THEN RETURN true; END IF;
            SELECT c.merged_into_id INTO record FROM customer c WHERE c.business_id = {BUSINESS} AND c.id = record;
            IF record IS NULL THEN RETURN false; END IF;
        END LOOP;
    END $$
"""
# Not as the index of open pairs has it, or a planner without statistics would read all of these.
NOT_DENIED = "coalesce(d.denied_at, '-infinity') = '-infinity'"
# Reasons add up: 1 the same e-mail, 2 the same name and birthday, 4 the same name and phones that differ in a digit.
# What twenty share, such as the e-mail of a shop, tells nothing. Each is a stretch of an index.
FIND = f"""
    DELETE FROM likely_duplicate d WHERE d.business_id = {BUSINESS} AND d.first_id = customer AND {NOT_DENIED};
    DELETE FROM likely_duplicate d WHERE d.business_id = {BUSINESS} AND d.second_id = customer AND {NOT_DENIED};
    INSERT INTO likely_duplicate (business_id, first_id, second_id, reasons)
    SELECT {BUSINESS}, least(customer, found.id), greatest(customer, found.id), sum(found.reason)
    FROM customer me, LATERAL (
        (SELECT o.id, 1 AS reason FROM customer o WHERE o.business_id = me.business_id AND o.email = me.email
            AND me.email <> '' AND o.id <> me.id AND o.merged_into_id IS NULL LIMIT 20)
        UNION ALL
        (SELECT o.id, CASE WHEN o.birthday = me.birthday THEN 2 ELSE 0 END
            + CASE WHEN length(o.phone) = length(me.phone) AND length(me.phone) > 0
                AND (SELECT count(*) FROM generate_series(1, length(me.phone)) place
                    WHERE substr(o.phone, place, 1) <> substr(me.phone, place, 1)) = 1 THEN 4 ELSE 0 END
        FROM (SELECT n.id, n.birthday, n.phone FROM customer n WHERE n.business_id = me.business_id
            AND n.name_key = me.name_key AND me.name_key <> '' AND n.id <> me.id AND n.merged_into_id IS NULL
            AND (n.birthday = me.birthday OR right(n.phone, 6) = right(me.phone, 6)
                OR left(n.phone, -6) = left(me.phone, -6)) LIMIT 1000) o)
    ) found
    WHERE me.business_id = {BUSINESS} AND me.id = customer AND me.merged_into_id IS NULL AND me.erased_at IS NULL
        AND found.reason > 0
    GROUP BY found.id
    ON CONFLICT (business_id, first_id, second_id) DO NOTHING
"""
