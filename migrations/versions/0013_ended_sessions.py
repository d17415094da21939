"""When sessions end: signing in ends the one before (PR-5), and a form sent too late is kept for who filled it in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import IN_BUSINESS, USER, definer, open_to_definer, protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LASTS = "interval '1 hour'"


def upgrade() -> None:
    # Who holds a session's token may end that session, whoever's it is.
    definer("end_session(hash bytea)", "void", "DELETE FROM user_session WHERE token_hash = hash", "VOLATILE")
    op.create_table(
        "unsent_form",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("unsent_form_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("unsent_form_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "key", name=op.f("unsent_form_pkey")),
    )
    op.create_index(
        op.f("unsent_form_business_id_user_id_created_at_idx"), "unsent_form", ["business_id", "user_id", "created_at"]
    )
    op.create_index(op.f("unsent_form_created_at_idx"), "unsent_form", ["created_at"])
    protect(
        "unsent_form",
        rights="SELECT, INSERT, DELETE",
        within=f"{IN_BUSINESS} AND user_id = {USER}",
        seen=f"created_at > now() - {LASTS}",
    )
    open_to_definer("unsent_form")
    definer(
        "forget_unsent_forms()",
        "bigint",
        f"WITH gone AS (DELETE FROM unsent_form WHERE created_at <= now() - {LASTS} RETURNING 1)"
        " SELECT count(*) FROM gone",
        "VOLATILE",
    )
