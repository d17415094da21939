"""Segments: conditions under a name, the brand's or a franchisee's (CT-9); drafts of filters, which lapse (CT-7)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import FRANCHISEE, IN_BUSINESS, app_role, definer, open_to_definer, protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"


def upgrade() -> None:
    segments()
    drafts()


def segments() -> None:
    op.create_table(
        "segment",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("franchisee_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("segment_business_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "franchisee_id"],
            ["franchisee.business_id", "franchisee.id"],
            name=op.f("segment_business_id_franchisee_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("segment_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("segment_pkey")),
        sa.UniqueConstraint(
            "business_id",
            "franchisee_id",
            "name_key",
            name=op.f("segment_business_id_franchisee_id_name_key_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    # An operator of a franchisee writes its own alone, and reads the brand's too.
    protect(
        "segment",
        rights="SELECT, INSERT, UPDATE, DELETE",
        within=f"{IN_BUSINESS} AND ({WHOLE_BRAND} OR franchisee_id = {FRANCHISEE})",
    )
    op.execute(f"CREATE POLICY of_brand ON segment FOR SELECT USING ({IN_BUSINESS} AND franchisee_id IS NULL)")


def drafts() -> None:
    op.add_column("saved_filter", sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "saved_filter_lapses_at_idx",
        "saved_filter",
        ["lapses_at"],
        postgresql_where=sa.text("lapses_at IS NOT NULL"),
    )
    # A draft that is applied is kept for good; what it says never changes.
    op.execute(f"GRANT UPDATE (lapses_at) ON saved_filter TO {app_role()}")
    open_to_definer("saved_filter")
    definer(
        "forget_drafts()",
        "bigint",
        "WITH gone AS (DELETE FROM saved_filter WHERE lapses_at <= now() RETURNING 1) SELECT count(*) FROM gone",
        "VOLATILE",
    )
