"""Offers, and those that customers were given (CP-5, LP-8)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# As in 0009: a boolean out of a subquery, and the franchisee's places as one list that is read once.
WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"
PLACES = "(SELECT string_to_array(nullif(current_setting('app.places', true), ''), ',')::bigint[])::bigint[]"
NOT_ELSEWHERE = f"(redeemed_point_of_sale_id IS NULL OR coalesce(redeemed_point_of_sale_id = ANY ({PLACES}), false))"


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("price", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("offer_price_check")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("offer_dates_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("offer_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("offer_pkey")),
    )
    op.create_table(
        "customer_offer",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_point_of_sale_id", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("redeemed_at IS NULL OR removed_at IS NULL", name=op.f("customer_offer_fate_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("customer_offer_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "offer_id"],
            ["offer.business_id", "offer.id"],
            name=op.f("customer_offer_business_id_offer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "redeemed_point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("customer_offer_business_id_redeemed_point_of_sale_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("customer_offer_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("customer_offer_pkey")),
    )
    op.create_index(
        "customer_offer_open_key",
        "customer_offer",
        ["business_id", "customer_id", "offer_id"],
        unique=True,
        postgresql_where=sa.text("redeemed_at IS NULL AND removed_at IS NULL"),
    )
    op.create_index(
        op.f("customer_offer_business_id_customer_id_given_at_id_idx"),
        "customer_offer",
        ["business_id", "customer_id", "given_at", "id"],
    )
    op.create_index(
        op.f("customer_offer_business_id_offer_id_customer_id_idx"),
        "customer_offer",
        ["business_id", "offer_id", "customer_id"],
    )
    protect("offer", rights="SELECT, INSERT, UPDATE")
    # To an operator: what its own customers hold, and what they redeemed at its places.
    protect(
        "customer_offer",
        rights="SELECT, INSERT, UPDATE",
        seen=f"({WHOLE_BRAND} OR {NOT_ELSEWHERE} AND sees_customer(customer_id))",
    )
