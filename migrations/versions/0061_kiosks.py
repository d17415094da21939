"""Kiosks: tablets of customers, each bound to a Terminal, with who stands at it now (KI-1)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import WHOLE_BRAND, definer, open_to_definer, protect

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("terminal_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in ("code_hash", "token_hash")),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("code_until", "paired_at", "used_at", "visit_until")
        ),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("visit_key", "sale_key")),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("num_nonnulls(code_hash, token_hash) = 1", name=op.f("kiosk_paired_check")),
        sa.CheckConstraint("(code_hash IS NULL) = (code_until IS NULL)", name=op.f("kiosk_code_check")),
        sa.CheckConstraint("(visit_key IS NULL) = (visit_until IS NULL)", name=op.f("kiosk_visit_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "terminal_id"],
            ["terminal.business_id", "terminal.id"],
            name=op.f("kiosk_business_id_terminal_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("kiosk_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("kiosk_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("kiosk_pkey")),
    )
    op.create_index(op.f("kiosk_business_id_terminal_id_idx"), "kiosk", ["business_id", "terminal_id"])
    op.create_index(op.f("kiosk_token_hash_idx"), "kiosk", ["token_hash"])
    op.create_index(op.f("kiosk_code_hash_idx"), "kiosk", ["code_hash"])
    protect("kiosk", rights="SELECT, INSERT, UPDATE, DELETE", seen=WHOLE_BRAND)
    open_to_definer("kiosk", "business_feature")
    # A tablet brings a code or a token and nothing else: these tell whose it is.
    definer(
        "kiosk_of_code(code bytea)",
        "TABLE (business_id bigint, id bigint, user_id bigint)",
        f"SELECT k.business_id, k.id, k.user_id FROM kiosk k {AT_WORK}"
        " WHERE k.code_hash = code AND k.code_until > now()",
    )
    definer(
        "kiosk_of_token(token bytea)",
        "TABLE (business_id bigint, id bigint, terminal_id bigint)",
        f"SELECT k.business_id, k.id, k.terminal_id FROM kiosk k {AT_WORK} WHERE k.token_hash = token",
    )


AT_WORK = """
    JOIN terminal l ON l.business_id = k.business_id AND l.id = k.terminal_id AND l.archived_at IS NULL
    JOIN point_of_sale p ON p.business_id = l.business_id AND p.id = l.point_of_sale_id AND p.archived_at IS NULL
    JOIN business_feature f ON f.business_id = k.business_id AND f.feature = 'kiosk'
"""
