"""The customer's page: codes by which customers sign in, their sessions, and businesses found by name (MY-1)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import WHOLE_BRAND, definer, protect

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _codes()
    _sessions()
    # Who opens a page is of no business yet: what an address or a person names is found by its whole name alone.
    definer(
        "business_with_slug(wanted text)",
        "bigint",
        "SELECT b.id FROM business b WHERE b.slug = wanted",
        "STABLE STRICT",
    )
    definer(
        "businesses_called(words text[])",
        "TABLE (name text, slug text)",
        "SELECT b.name, b.slug FROM business b WHERE b.name = ANY (words) OR b.slug = ANY (words)"
        " ORDER BY b.name, b.id LIMIT 20",
    )


def _codes() -> None:
    op.create_table(
        "my_code",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("my_code_business_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("my_code_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "key", name=op.f("my_code_pkey")),
    )
    for columns in (["phone_hash", "created_at"], ["customer_id"], ["created_at"]):
        name = op.f(f"my_code_business_id_{'_'.join(columns)}_idx")
        op.create_index(name, "my_code", ["business_id", *columns])
    protect("my_code", rights="SELECT, INSERT, UPDATE, DELETE", seen=WHOLE_BRAND)


def _sessions() -> None:
    op.create_table(
        "my_session",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("my_session_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "token_hash", name=op.f("my_session_pkey")),
    )
    for columns in (["customer_id"], ["last_seen_at"]):
        name = op.f(f"my_session_business_id_{'_'.join(columns)}_idx")
        op.create_index(name, "my_session", ["business_id", *columns])
    protect("my_session", rights="SELECT, INSERT, UPDATE, DELETE", seen=WHOLE_BRAND)
