"""The audit log is read: by person, action, thing and period, newest first; and when its chain was proved (PR-4)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import protect

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"


def upgrade() -> None:
    for columns in (["user_id", "id"], ["action", "id"], ["subject_kind", "id"], ["at", "id"]):
        op.create_index(
            f"audit_entry_business_id_{'_'.join(columns)}_idx", "audit_entry", ["business_id", *columns], unique=False
        )
    op.create_table(
        "audit_check",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("last_line", sa.BigInteger(), nullable=True),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.Column("broken_line", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("audit_check_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", name=op.f("audit_check_pkey")),
    )
    protect("audit_check", rights="SELECT, INSERT, UPDATE", seen=WHOLE_BRAND)
