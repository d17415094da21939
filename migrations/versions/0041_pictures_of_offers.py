"""A picture for each offer (LP-8)."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offer", sa.Column("picture_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("offer_business_id_picture_id_fkey"),
        "offer",
        "picture",
        ["business_id", "picture_id"],
        ["business_id", "id"],
    )
    op.create_index(op.f("offer_business_id_picture_id_idx"), "offer", ["business_id", "picture_id"])
