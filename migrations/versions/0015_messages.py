"""Messages of every kind, to customers and from them (CP-4, MS-1)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import protect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As in 0009: a boolean out of a subquery, and the franchisee's places as one list that is read once.
WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"
PLACES = "(SELECT string_to_array(nullif(current_setting('app.places', true), ''), ',')::bigint[])::bigint[]"
OF_OWN_PLACES = f"(point_of_sale_id IS NULL OR coalesce(point_of_sale_id = ANY ({PLACES}), false))"


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("direction", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("segments", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("point_of_sale_id", sa.BigInteger(), nullable=True),
        sa.Column("terminal_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("distributed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("direction = 2 OR customer_id IS NOT NULL", name=op.f("message_customer_check")),
        sa.CheckConstraint("kind <> 3 OR text = ''", name=op.f("message_pin_check")),
        sa.CheckConstraint("segments >= 0", name=op.f("message_segments_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("message_business_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("message_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("message_business_id_point_of_sale_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "terminal_id"],
            ["terminal.business_id", "terminal.id"],
            name=op.f("message_business_id_terminal_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("message_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("message_pkey")),
        sa.UniqueConstraint("business_id", "dedupe_key", name=op.f("message_business_id_dedupe_key_key")),
    )
    op.create_index(
        op.f("message_business_id_customer_id_created_at_id_idx"),
        "message",
        ["business_id", "customer_id", "created_at", "id"],
        postgresql_include=["point_of_sale_id"],
    )
    op.create_index(op.f("message_business_id_created_at_id_idx"), "message", ["business_id", "created_at", "id"])
    # To an operator: what its own customers got from its places or from the brand. Without a customer there is
    # nobody to see, so what the platform and the brand write to each other stays between them.
    protect(
        "message",
        rights="SELECT, INSERT, UPDATE",
        seen=f"({WHOLE_BRAND} OR {OF_OWN_PLACES} AND sees_customer(customer_id))",
    )
