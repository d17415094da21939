"""Texts of messages that are used again, who gets a test of them, and what a message costs for who may not read tariffs
(BA-1)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import BUSINESS, definer, protect

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_template",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("titles", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('sms', 'push', 'smart', 'email', 'viber')", name=op.f("message_template_channel_check")
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("message_template_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("message_template_pkey")),
    )
    protect("message_template", rights="SELECT, INSERT, UPDATE, DELETE")
    op.create_table(
        "message_tester",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("message_tester_user_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("message_tester_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "user_id", name=op.f("message_tester_pkey")),
    )
    protect("message_tester", rights="SELECT, INSERT, UPDATE")
    # Who writes messages is told what one costs, and may read nothing else of the tariff.
    definer(
        "message_prices()",
        "TABLE (sms bigint, viber bigint)",
        f"SELECT t.sms_price, t.viber_price FROM tariff t WHERE t.business_id = {BUSINESS} AND t.valid_from <= now()"
        " ORDER BY t.valid_from DESC, t.id DESC LIMIT 1",
    )
