"""A customer of a bulk action that was tried alone, and whose worker died, waits before it is tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch_item", sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
