"""The API: keys of programs, what they were answered, and their lines in the audit log."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import IN_BUSINESS, USER, WHOLE_BRAND, definer, open_to_definer, protect

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

KEY = "(SELECT nullif(current_setting('app.api_key_id', true), '')::bigint)"
IDENTITY = """
    UPDATE api_key SET last_used_at = now()
        WHERE secret_hash = hash AND revoked_at IS NULL
            AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
    SELECT k.id, k.name, k.scopes, b.id, b.name, b.currency, b.time_zone, b.country,
        coalesce(k.franchisee_id, p.franchisee_id), p.id, p.name, t.id, t.name
    FROM api_key k
    JOIN business b ON b.id = k.business_id
    LEFT JOIN terminal t ON t.business_id = k.business_id AND t.id = k.terminal_id
    LEFT JOIN point_of_sale p
        ON p.business_id = k.business_id AND p.id = coalesce(k.point_of_sale_id, t.point_of_sale_id)
    WHERE k.secret_hash = hash AND k.revoked_at IS NULL
"""


def upgrade() -> None:
    keys()
    answers()
    op.add_column("audit_entry", sa.Column("api_key_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("audit_entry_business_id_api_key_id_fkey"),
        *("audit_entry", "api_key"),
        *(["business_id", "api_key_id"], ["business_id", "id"]),
    )
    # As with people: who adds a line gets its id back, for which the line must be seen by who added it.
    own = f"({WHOLE_BRAND} OR user_id = {USER} OR api_key_id = {KEY})"
    op.execute(f"ALTER POLICY reading ON audit_entry USING ({IN_BUSINESS} AND {own})")


def keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("franchisee_id", sa.BigInteger(), nullable=True),
        sa.Column("point_of_sale_id", sa.BigInteger(), nullable=True),
        sa.Column("terminal_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(franchisee_id, point_of_sale_id, terminal_id) <= 1", name=op.f("api_key_one_place_check")
        ),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("api_key_scopes_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("api_key_business_id_fkey")),
        *(
            sa.ForeignKeyConstraint(
                ["business_id", f"{place}_id"],
                [f"{place}.business_id", f"{place}.id"],
                name=op.f(f"api_key_business_id_{place}_id_fkey"),
            )
            for place in ("franchisee", "point_of_sale", "terminal")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("api_key_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("api_key_pkey")),
    )
    op.create_index(op.f("api_key_secret_hash_idx"), "api_key", ["secret_hash"])
    protect("api_key", rights="SELECT, INSERT, UPDATE", seen=WHOLE_BRAND)
    open_to_definer("api_key")
    definer(
        "api_key_identity(hash bytea)",
        "TABLE (key_id bigint, key_name text, scopes text[], business_id bigint, business_name text, currency text,"
        " time_zone text, country text, franchisee_id bigint, point_of_sale_id bigint, point_of_sale_name text,"
        " terminal_id bigint, terminal_name text)",
        IDENTITY,
        "VOLATILE ROWS 1",
    )
    op.execute("ALTER FUNCTION api_key_identity(bytea) SET plan_cache_mode = force_generic_plan")


def answers() -> None:
    op.create_table(
        "call_key",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "api_key_id"],
            ["api_key.business_id", "api_key.id"],
            name=op.f("call_key_business_id_api_key_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("call_key_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "api_key_id", "key", name=op.f("call_key_pkey")),
    )
    op.create_index(op.f("call_key_created_at_idx"), "call_key", ["created_at"])
    op.create_index(
        op.f("call_key_business_id_customer_id_idx"),
        *("call_key", ["business_id", "customer_id"]),
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    protect("call_key", rights="SELECT, INSERT, UPDATE")
    open_to_definer("call_key")
    definer(
        "forget_call_keys(before timestamptz)",
        "bigint",
        "WITH gone AS (DELETE FROM call_key WHERE (business_id, api_key_id, key) IN"
        " (SELECT c.business_id, c.api_key_id, c.key FROM call_key c WHERE c.created_at < before"
        " ORDER BY c.created_at LIMIT 10000) RETURNING 1) SELECT count(*) FROM gone",
        "VOLATILE",
    )
