"""What messages of bulk actions were quoted at: as a price of each, and as SMS of each customer (BA-1)."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("quoted", sa.BigInteger(), nullable=True))
    op.add_column("batch_item", sa.Column("segments", sa.SmallInteger(), nullable=True))
    op.add_column("batch_item", sa.Column("lacks", sa.Text(), nullable=True))
