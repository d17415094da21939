"""What of a stock a bulk action has set aside (BA-9)."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch", sa.Column("reserved", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("batch_reserved_check"), "batch", "reserved >= 0")
