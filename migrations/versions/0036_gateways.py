"""Gateways by business, and the browsers that receive pushes."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import own_customer, protect

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "business_gateway",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("business_gateway_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "channel", name=op.f("business_gateway_pkey")),
    )
    protect("business_gateway", rights="SELECT, INSERT, UPDATE, DELETE")
    op.create_table(
        "push_subscription",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("length(endpoint) <= 2000", name=op.f("push_subscription_endpoint_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("push_subscription_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("push_subscription_pkey")),
        sa.UniqueConstraint("business_id", "endpoint", name=op.f("push_subscription_business_id_endpoint_key")),
    )
    op.create_index(
        op.f("push_subscription_business_id_customer_id_idx"), "push_subscription", ["business_id", "customer_id"]
    )
    protect("push_subscription", rights="SELECT, INSERT, UPDATE, DELETE", seen=own_customer("customer_id"))
