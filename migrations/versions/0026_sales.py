"""Sales tell which rules were looked at (CP-3)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transaction", sa.Column("rules", postgresql.JSONB(), server_default="[]", nullable=False))
