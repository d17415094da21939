"""Codes by which an administrator signs a salesperson in anew at a Terminal (TE-0)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import BUSINESS, WHOLE_BRAND, definer, open_to_definer, protect

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_code",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "user_id"],
            ["membership.business_id", "membership.user_id"],
            name=op.f("sign_in_code_business_id_user_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("business_id", "user_id", name=op.f("sign_in_code_pkey")),
    )
    op.create_index(op.f("sign_in_code_user_id_idx"), "sign_in_code", ["user_id"])
    protect("sign_in_code", rights="SELECT, INSERT, UPDATE", seen=WHOLE_BRAND)
    open_to_definer("sign_in_code")
    op.add_column("user_session", sa.Column("by_code", sa.Boolean(), server_default="false", nullable=False))
    # It is gone once it is used, whoever comes second.
    definer(
        "take_sign_in_code(mail text, hash bytea)",
        "TABLE (business_id bigint)",
        """
        DELETE FROM sign_in_code c USING app_user u, membership m
        WHERE u.email = mail AND u.disabled_at IS NULL AND c.user_id = u.id
            AND c.code_hash = hash AND c.expires_at > now()
            AND m.user_id = u.id AND m.business_id = c.business_id AND m.role = 'salesperson'
        RETURNING c.business_id
        """,
        "VOLATILE",
    )
    definer(
        "end_terminal_sessions(person bigint)",
        "bigint",
        f"WITH gone AS (DELETE FROM user_session WHERE user_id = person AND terminal_id IS NOT NULL"
        f" AND business_id = {BUSINESS} RETURNING 1) SELECT count(*) FROM gone",
        "VOLATILE",
    )
