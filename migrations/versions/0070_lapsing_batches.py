"""Since when a bulk action or an import waits for somebody: after 30 days it lapses (RELIABILITY: files in)."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch", sa.Column("rests_since", sa.DateTime(timezone=True), nullable=True))
    # Nobody knows for how long those have waited: from now on they do. The owner is let past its own walls meanwhile.
    op.execute("ALTER TABLE batch NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE batch SET rests_since = now() WHERE state IN (4, 8)")
    op.execute("ALTER TABLE batch FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_column("batch", "rests_since")
