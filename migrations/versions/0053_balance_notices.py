"""Charges of a kind at a price in the order of time; whom the platform tells that the balance runs low, and when it did
(BI-1, BI-2)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import USER, protect

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

# One's own; jobs are nobody, and tell everyone.
OWN = f"({USER} IS NULL OR user_id = {USER})"


def upgrade() -> None:
    op.create_index("charge_listed_idx", "charge", ["business_id", "kind", "rate", "at", "subject"])
    notices()
    thresholds()
    letters()
    browsers()


def notices() -> None:
    op.create_table(
        "balance_notice",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        *(sa.Column(f"by_{way}", sa.Boolean(), nullable=False) for way in ("email", "sms", "push")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("balance_notice_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("balance_notice_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "user_id", name=op.f("balance_notice_pkey")),
    )
    protect("balance_notice", rights="SELECT, INSERT, UPDATE", seen=OWN)


def thresholds() -> None:
    op.create_table(
        "balance_threshold",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("below", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("balance_threshold_amount_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "user_id"],
            ["balance_notice.business_id", "balance_notice.user_id"],
            name=op.f("balance_threshold_business_id_user_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "user_id", "amount", name=op.f("balance_threshold_pkey")),
    )
    protect("balance_threshold", rights="SELECT, INSERT, UPDATE, DELETE", seen=OWN)


def letters() -> None:
    op.create_table(
        "user_letter",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("address", "title", "text", "language")),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("simulated", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("user_letter_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("user_letter_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("user_letter_pkey")),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("user_letter_due_idx", "user_letter", ["business_id", "due_at", "id"], postgresql_where=due)
    op.create_index(
        op.f("user_letter_business_id_user_id_created_at_id_idx"),
        "user_letter",
        ["business_id", "user_id", "created_at", "id"],
    )
    protect("user_letter", rights="SELECT, INSERT, UPDATE", seen=OWN)


def browsers() -> None:
    op.create_table(
        "user_browser",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("endpoint", "p256dh", "auth", "agent")),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(endpoint) <= 2000", name=op.f("user_browser_endpoint_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("user_browser_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("user_browser_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("user_browser_pkey")),
        sa.UniqueConstraint(
            "business_id", "user_id", "endpoint", name=op.f("user_browser_business_id_user_id_endpoint_key")
        ),
    )
    protect("user_browser", rights="SELECT, INSERT, DELETE", seen=OWN)
