"""Whom each user of the panel opened on a day, so that nobody leafs through all customers (RELIABILITY, PR-2)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import USER, protect

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opened_profiles",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("customers", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("refused_at", "told_at")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("opened_profiles_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("opened_profiles_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "user_id", "day", name=op.f("opened_profiles_pkey")),
    )
    # The platform looks after everyone's; a person meets its own alone.
    seen = f"({USER} IS NULL OR user_id = {USER})"
    protect("opened_profiles", rights="SELECT, INSERT, UPDATE, DELETE", seen=seen)


def downgrade() -> None:
    op.drop_table("opened_profiles")
