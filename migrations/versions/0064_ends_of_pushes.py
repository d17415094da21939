"""Pushes end with the session that let them in, and sign-in codes are their customer's alone (MY-1, MS-2)."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("push_subscription", sa.Column("session_hash", sa.LargeBinary(), nullable=True))
    op.create_index(
        op.f("push_subscription_business_id_session_hash_idx"), "push_subscription", ["business_id", "session_hash"]
    )
    op.add_column("pin_text", sa.Column("private", sa.Boolean(), server_default="false", nullable=False))
