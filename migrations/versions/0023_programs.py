"""Settings of programs, their rules, and what support has turned on for a business (LP-1 to LP-3)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import protect

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    settings()
    rules()
    features()


def settings() -> None:
    for column in (
        sa.Column("public_descriptions", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("terms_url", sa.Text(), server_default="", nullable=False),
        sa.Column("rounding", sa.Text(), server_default="hundredths", nullable=False),
        sa.Column("notifications", sa.Text(), server_default="sms", nullable=False),
        sa.Column("pin_limit", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("points_share", sa.Integer(), server_default="10000", nullable=False),
        sa.Column("points_days", sa.Integer(), nullable=True),
        sa.Column("smart_timeout", sa.Integer(), server_default="60", nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("signature", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("program", column)
    for name, condition in {
        "rounding": "rounding IN ('hundredths', 'whole', 'whole_down', 'whole_up')",
        "notifications": "notifications IN ('sms', 'push', 'smart', 'email', 'none')",
        "pin_limit": "pin_limit >= 0",
        "points_share": "points_share BETWEEN 0 AND 10000",
        "points_days": "points_days > 0",
        "smart_timeout": "smart_timeout > 0",
        "quiet_hours": "(quiet_from IS NULL) = (quiet_to IS NULL)",
    }.items():
        op.create_check_constraint(op.f(f"program_{name}_check"), "program", condition)


def rules() -> None:
    op.create_table(
        "program_rule",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("combines", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("priority >= 0", name=op.f("program_rule_priority_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "program_id"],
            ["program.business_id", "program.id"],
            name=op.f("program_rule_business_id_program_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("program_rule_pkey")),
    )
    op.create_index(
        op.f("program_rule_business_id_program_id_priority_id_idx"),
        "program_rule",
        ["business_id", "program_id", "priority", "id"],
    )
    protect("program_rule", rights="SELECT, INSERT, UPDATE")


def features() -> None:
    op.create_table(
        "business_feature",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("enabled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("business_feature_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "feature", name=op.f("business_feature_pkey")),
    )
    protect("business_feature", rights="SELECT, INSERT, DELETE")
