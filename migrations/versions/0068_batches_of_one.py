"""A batch of one customer says whose it is, so that what was typed in it goes with the customer (CP-8).

So does what was left of those who were erased before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

TABLES = ("batch", "batch_item", "customer", "message")


def upgrade() -> None:
    op.add_column("batch", sa.Column("only_customer_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "batch_only_customer_idx",
        "batch",
        ["business_id", "only_customer_id"],
        postgresql_where=sa.text("only_customer_id IS NOT NULL"),
    )
    # Of all businesses: the owner is let past its own walls meanwhile.
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    existing_rows()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_column("batch", "only_customer_id")


def existing_rows() -> None:
    op.execute(
        "UPDATE batch b SET only_customer_id = i.customer_id FROM batch_item i"
        " WHERE b.selected = 1 AND i.business_id = b.business_id AND i.batch_id = b.id"
    )
    erased = (
        "FROM customer c WHERE c.business_id = b.business_id AND c.id = b.only_customer_id AND c.erased_at IS NOT NULL"
    )
    op.execute(
        f"UPDATE message m SET title = '' FROM batch b WHERE EXISTS (SELECT {erased})"
        " AND m.business_id = b.business_id AND m.dedupe_key >= 'platform:batch:' || b.id || ':'"
        " AND m.dedupe_key < 'platform:batch:' || b.id || ';'"
    )
    op.execute(
        "UPDATE batch b SET values = b.values || jsonb_strip_nulls(jsonb_build_object('erased', true,"
        " 'titles', CASE WHEN b.values ? 'titles' THEN jsonb '{}' END,"
        " 'texts', CASE WHEN b.values ? 'texts' THEN jsonb '{}' END,"
        f" 'value', CASE WHEN b.values ? 'value' THEN jsonb '\"\"' END)) {erased}"
        " AND (b.values ? 'titles' OR b.values ? 'value' OR b.values -> 'texts' <> '{}')"
    )
