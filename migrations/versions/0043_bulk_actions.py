"""Bulk actions: batches, their customers, what each chunk did, limits of roles (BA-11 to BA-15)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import BUSINESS, FRANCHISEE, WHOLE_BRAND, definer, open_to_definer, protect

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

MINE = f"({WHOLE_BRAND} OR franchisee_id = {FRANCHISEE})"
# Asked once a statement, however many rows it looks at.
OF_MINE = (
    f"({WHOLE_BRAND} OR batch_id IN (SELECT b.id FROM batch b WHERE b.business_id = {BUSINESS}"
    f" AND b.franchisee_id = {FRANCHISEE}))"
)


def upgrade() -> None:
    batches()
    items()
    tallies()
    limits()
    open_to_definer("batch")
    definer("due_batches(moment timestamptz)", "TABLE (business_id bigint, batch_id bigint)", DUE)


def batches() -> None:
    op.create_table(
        "batch",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("values", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("selection", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("franchisee_id", sa.BigInteger(), nullable=True),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column("selected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("foreseen", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("chunk", sa.Integer(), server_default="200", nullable=False),
        sa.Column("strikes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("chunk > 0", name=op.f("batch_chunk_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("batch_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("batch_user_id_fkey")),
        sa.ForeignKeyConstraint(["approver_id"], ["app_user.id"], name=op.f("batch_approver_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "franchisee_id"],
            ["franchisee.business_id", "franchisee.id"],
            name=op.f("batch_business_id_franchisee_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "undoes_id"],
            ["batch.business_id", "batch.id"],
            name=op.f("batch_business_id_undoes_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("batch_pkey")),
    )
    op.create_index(
        "batch_open_idx", "batch", ["business_id", "id"], postgresql_where=sa.text("state NOT IN (10, 11, 12)")
    )
    op.create_index(
        "batch_undoes_key",
        "batch",
        ["business_id", "undoes_id"],
        unique=True,
        postgresql_where=sa.text("undoes_id IS NOT NULL AND state <> 10"),
    )
    protect("batch", rights="SELECT, INSERT, UPDATE, DELETE", seen=MINE)


def items() -> None:
    op.create_table(
        "batch_item",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("strikes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("kept", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("business_id", "batch_id", "customer_id", name=op.f("batch_item_pkey")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "batch_item_reason_idx",
        "batch_item",
        ["business_id", "batch_id", "reason", "customer_id"],
        postgresql_where=sa.text("reason IS NOT NULL"),
    )
    op.create_index(
        "batch_item_kept_idx",
        "batch_item",
        ["business_id", "customer_id"],
        postgresql_where=sa.text("kept IS NOT NULL"),
    )
    protect("batch_item", rights="SELECT, INSERT, UPDATE, DELETE", seen=OF_MINE)


def tallies() -> None:
    op.create_table(
        "batch_tally",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("first_customer", sa.BigInteger(), nullable=False),
        sa.Column("last_customer", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "batch_id"],
            ["batch.business_id", "batch.id"],
            name=op.f("batch_tally_business_id_batch_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("batch_tally_pkey")),
    )
    op.create_index(
        op.f("batch_tally_business_id_batch_id_id_idx"),
        "batch_tally",
        ["business_id", "batch_id", "id"],
        postgresql_include=["done", "amount", "at"],
    )
    protect("batch_tally", rights="SELECT, INSERT", seen=OF_MINE)


def limits() -> None:
    op.create_table(
        "batch_limit",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.CheckConstraint("customers >= 0", name=op.f("batch_limit_customers_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("batch_limit_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "role", name=op.f("batch_limit_pkey")),
    )
    protect("batch_limit", rights="SELECT, INSERT, UPDATE, DELETE")


# Freezing, running, pausing, cancelling; or set for a moment that has come.
DUE = """
    SELECT b.business_id, b.id FROM batch b
    WHERE b.state NOT IN (10, 11, 12) AND (b.state IN (2, 6, 7, 9) OR b.state = 5 AND b.start_at <= moment)
    ORDER BY b.business_id, b.id
"""
