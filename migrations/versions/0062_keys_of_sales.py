"""A transaction tells by which key of the API it was made; no index, as nobody looks for them by it (AP-1)."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transaction", sa.Column("api_key_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("transaction", "api_key_id")
