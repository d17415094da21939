"""Sales tell which rules were looked at (CP-3); PINs by which many points are redeemed (TE-3)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import app_role, definer, open_to_definer, protect

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOST_TRIES, OF_CUSTOMER, OF_TERMINAL = 5, 20, 50


def upgrade() -> None:
    op.add_column("transaction", sa.Column("rules", postgresql.JSONB(), server_default="[]", nullable=False))
    op.create_table(
        "pin",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("terminal_id", sa.BigInteger(), nullable=False),
        sa.Column("basket_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("pin_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "terminal_id"],
            ["terminal.business_id", "terminal.id"],
            name=op.f("pin_business_id_terminal_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pin_pkey")),
    )
    for columns in (["customer_id", "created_at"], ["terminal_id", "created_at"]):
        op.create_index(op.f(f"pin_business_id_{'_'.join(columns)}_idx"), "pin", ["business_id", *columns])
    protect("pin", rights="SELECT, INSERT, UPDATE")
    op.execute(f"GRANT USAGE ON SEQUENCE pin_id_seq TO {app_role()}")
    open_to_definer("pin")
    # A try is counted, and committed, before anything is compared: however many come at once, five are.
    definer(
        "take_pin_try(business bigint, pin_id bigint, basket bytea)",
        "TABLE (code_hash bytea, tries smallint)",
        f"""
        UPDATE pin SET tries = pin.tries + 1
        WHERE pin.business_id = business AND pin.id = pin_id AND pin.basket_hash = basket
            AND pin.used_at IS NULL AND pin.expires_at > now() AND pin.tries < {MOST_TRIES}
            AND (SELECT coalesce(sum(o.tries) - count(o.used_at), 0) FROM pin o WHERE o.business_id = business
                AND o.customer_id = pin.customer_id AND o.created_at > now() - interval '1 day') < {OF_CUSTOMER}
            AND (SELECT coalesce(sum(o.tries) - count(o.used_at), 0) FROM pin o WHERE o.business_id = business
                AND o.terminal_id = pin.terminal_id AND o.created_at > now() - interval '1 day') < {OF_TERMINAL}
        RETURNING pin.code_hash, pin.tries
        """,
        "VOLATILE",
    )
