"""Salespeople at Terminals, their sessions, and the sales that they are making (TE-0, TE-2)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import USER, WHOLE_BRAND, definer, open_to_definer, protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    salespeople()
    sessions()
    open_sales()


def salespeople() -> None:
    op.create_table(
        "terminal_user",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("terminal_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "terminal_id"],
            ["terminal.business_id", "terminal.id"],
            name=op.f("terminal_user_business_id_terminal_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "user_id"],
            ["membership.business_id", "membership.user_id"],
            name=op.f("terminal_user_business_id_user_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("business_id", "terminal_id", "user_id", name=op.f("terminal_user_pkey")),
    )
    op.create_index(op.f("terminal_user_user_id_idx"), "terminal_user", ["user_id"])
    protect("terminal_user", rights="SELECT, INSERT, DELETE", seen=WHOLE_BRAND)
    open_to_definer("terminal_user", "terminal", "point_of_sale")


def sessions() -> None:
    op.add_column("user_session", sa.Column("terminal_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("user_session_business_id_terminal_id_fkey"),
        "user_session",
        "terminal",
        ["business_id", "terminal_id"],
        ["business_id", "id"],
    )
    definer("own_terminals()", f"TABLE ({OWN_COLUMNS})", OWN)
    op.execute("DROP FUNCTION session_identity(bytea)")
    definer(
        "session_identity(hash bytea)",
        "TABLE (session_id bigint, user_id bigint, email text, name text, language text, theme text, density text,"
        " narrow_rail boolean, keys boolean, business_id bigint, business_name text, currency text,"
        " time_zone text, country text, role text, franchisee_id bigint, businesses json, at_terminal boolean,"
        " terminal_id bigint, terminal_name text, point_of_sale_id bigint, point_of_sale_name text)",
        IDENTITY,
        "VOLATILE ROWS 1",
    )
    op.execute("DROP FUNCTION end_stale_sessions()")
    definer(
        "end_stale_sessions()",
        "bigint",
        "WITH gone AS (DELETE FROM user_session WHERE created_at < now() - interval '12 hours'"
        " OR terminal_id IS NULL AND last_seen_at < now() - interval '30 minutes' RETURNING 1)"
        " SELECT count(*) FROM gone",
        "VOLATILE",
    )


def open_sales() -> None:
    op.create_table(
        "open_sale",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("terminal_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("lines", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("points", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("accounts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("pin_id", sa.BigInteger(), nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("open_sale_user_id_fkey")),
        *(
            sa.ForeignKeyConstraint(
                ["business_id", f"{table}_id"],
                [f"{table}.business_id", f"{table}.id"],
                name=op.f(f"open_sale_business_id_{table}_id_fkey"),
            )
            for table in ("terminal", "program", "customer", "pin", "transaction")
        ),
        sa.PrimaryKeyConstraint("business_id", "key", name=op.f("open_sale_pkey")),
    )
    op.create_index(
        op.f("open_sale_business_id_terminal_id_created_at_idx"),
        "open_sale",
        ["business_id", "terminal_id", "created_at"],
    )
    protect("open_sale", rights="SELECT, INSERT, UPDATE, DELETE", seen=WHOLE_BRAND)


OWN_COLUMNS = "business_id bigint, business_name text, terminal_id bigint, terminal_name text, point_of_sale_name text"
AT_WORK = """
    JOIN membership m ON m.user_id = t.user_id AND m.business_id = t.business_id AND m.role = 'salesperson'
    JOIN terminal l ON l.business_id = t.business_id AND l.id = t.terminal_id AND l.archived_at IS NULL
    JOIN point_of_sale p ON p.business_id = l.business_id AND p.id = l.point_of_sale_id AND p.archived_at IS NULL
"""
OWN = f"""
    SELECT b.id, b.name, l.id, l.name, p.name FROM terminal_user t {AT_WORK}
    JOIN business b ON b.id = t.business_id
    WHERE t.user_id = {USER} ORDER BY b.name, p.name, l.name, l.id
"""
# A session of the panel lives 30 minutes without use, one of a Terminal is not idle: both 12 hours in all. Use is
# noted at most once a minute, so that reading pages hardly writes. A Terminal to which the person is no longer
# assigned is no place to work: its session is known, and has none.
IDENTITY = f"""
    UPDATE user_session SET last_seen_at = now()
        WHERE token_hash = hash AND last_seen_at < now() - interval '1 minute'
            AND (user_session.terminal_id IS NOT NULL OR last_seen_at > now() - interval '30 minutes');
    SELECT s.id, u.id, u.email, u.name, u.language, u.theme, u.density, u.narrow_rail, u.keys,
        b.id, b.name, b.currency, b.time_zone, b.country, m.role, m.franchisee_id,
        (SELECT json_agg(json_build_array(o.id, o.name, w.role) ORDER BY o.name, o.id)
            FROM membership w JOIN business o ON o.id = w.business_id WHERE w.user_id = u.id),
        s.terminal_id IS NOT NULL, here.terminal_id, here.terminal, here.place_id, here.place
    FROM user_session s
    JOIN app_user u ON u.id = s.user_id AND u.disabled_at IS NULL
    LEFT JOIN membership m ON m.user_id = u.id AND m.business_id = s.business_id
    LEFT JOIN business b ON b.id = m.business_id
    LEFT JOIN LATERAL (
        SELECT l.id AS terminal_id, l.name AS terminal, p.id AS place_id, p.name AS place FROM terminal_user t {AT_WORK}
        WHERE t.business_id = s.business_id AND t.terminal_id = s.terminal_id AND t.user_id = s.user_id
    ) here ON s.terminal_id IS NOT NULL
    WHERE s.token_hash = hash AND s.created_at > now() - interval '12 hours'
        AND (s.terminal_id IS NOT NULL OR s.last_seen_at > now() - interval '30 minutes')
"""
