"""The audit log is read: by person, action, thing and period, newest first; and when its chain was proved (PR-4)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import protect

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"


def upgrade() -> None:
    for columns in (["user_id"], ["action"], ["subject_kind"], []):
        key = [*columns, "at", "id"]
        op.create_index(f"audit_entry_business_id_{'_'.join(key)}_idx", "audit_entry", ["business_id", *key])
    op.drop_index("audit_entry_business_id_subject_kind_subject_id_id_idx", "audit_entry")
    op.create_index(
        "audit_entry_subject_at_idx", "audit_entry", ["business_id", "subject_kind", "subject_id", "at", "id"]
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
