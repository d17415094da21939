"""Pictures that a business shows, each with a small version."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import protect

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("picture_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("picture_pkey")),
        sa.UniqueConstraint("business_id", "sha256", name=op.f("picture_business_id_sha256_key")),
    )
    # WebP is packed already: trying to pack it once more costs time on every write.
    for column in ("content", "small"):
        op.execute(f"ALTER TABLE picture ALTER COLUMN {column} SET STORAGE EXTERNAL")
    protect("picture", rights="SELECT, INSERT, UPDATE, DELETE")
