"""Refused rows of imports: found by their reason, and known again once they are mended (IM-2)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "import_row_reason_idx",
        "import_row",
        ["business_id", "import_id", "reason", "number"],
        postgresql_where=sa.text("reason <> ''"),
    )
    op.add_column(
        "import_job",
        sa.Column("parent_rows", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
    )
