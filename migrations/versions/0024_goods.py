"""Goods and their groups; lines say which good they sold; who bought which good, by scope (LP-6, CT-7)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"
SCOPES = "(SELECT string_to_array(nullif(current_setting('app.scopes', true), ''), ',')::bigint[])::bigint[]"


def upgrade() -> None:
    groups()
    goods()
    bought()


def groups() -> None:
    op.create_table(
        "good_group",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("good_group_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("good_group_pkey")),
    )
    protect("good_group", rights="SELECT, INSERT, UPDATE")


def goods() -> None:
    op.create_table(
        "good",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("code_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("variable_price", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("good_price_check")),
        sa.CheckConstraint("NOT variable_price OR price IS NOT NULL", name=op.f("good_variable_price_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("good_business_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "group_id"],
            ["good_group.business_id", "good_group.id"],
            name=op.f("good_business_id_group_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("good_pkey")),
    )
    op.create_index(
        "good_code_key",
        "good",
        ["business_id", "code_key"],
        unique=True,
        postgresql_where=sa.text("code_key <> ''"),
    )
    op.create_index(op.f("good_business_id_name_key_id_idx"), "good", ["business_id", "name_key", "id"])
    op.create_index(
        op.f("good_business_id_group_id_name_key_id_idx"), "good", ["business_id", "group_id", "name_key", "id"]
    )
    protect("good", rights="SELECT, INSERT, UPDATE")


def bought() -> None:
    op.add_column("transaction_line", sa.Column("good_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("transaction_line_business_id_good_id_fkey"),
        "transaction_line",
        "good",
        ["business_id", "good_id"],
        ["business_id", "id"],
    )
    op.create_table(
        "customer_good",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("good_id", sa.BigInteger(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("sales_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("sales_count >= 0", name=op.f("customer_good_sales_count_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("customer_good_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "good_id"],
            ["good.business_id", "good.id"],
            name=op.f("customer_good_business_id_good_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "scope_id"],
            ["stats_scope.business_id", "stats_scope.id"],
            name=op.f("customer_good_business_id_scope_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "customer_id", "good_id", "scope_id", name=op.f("customer_good_pkey")),
    )
    op.create_index(
        op.f("customer_good_business_id_good_id_customer_id_scope_id_idx"),
        "customer_good",
        ["business_id", "good_id", "customer_id", "scope_id"],
    )
    # To an operator: what was bought at its own places (PR-3), judged as its figures are.
    protect(
        "customer_good",
        rights="SELECT, INSERT, UPDATE, DELETE",
        seen=f"({WHOLE_BRAND} OR coalesce(scope_id = ANY ({SCOPES}), false))",
    )
