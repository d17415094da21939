"""Who calls the API is told with the default program, so that a sale there need not ask for it."""

from alembic import op

from migrations.policies import definer

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

COLUMNS = (
    "key_id bigint, key_name text, scopes text[], business_id bigint, business_name text, currency text,"
    " time_zone text, country text, franchisee_id bigint, point_of_sale_id bigint, point_of_sale_name text,"
    " terminal_id bigint, terminal_name text"
)
IDENTITY = """
    UPDATE api_key SET last_used_at = now()
        WHERE secret_hash = hash AND revoked_at IS NULL
            AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
    SELECT k.id, k.name, k.scopes, b.id, b.name, b.currency, b.time_zone, b.country,
        coalesce(k.franchisee_id, p.franchisee_id), p.id, p.name, t.id, t.name{more}
    FROM api_key k
    JOIN business b ON b.id = k.business_id
    LEFT JOIN terminal t ON t.business_id = k.business_id AND t.id = k.terminal_id
    LEFT JOIN point_of_sale p
        ON p.business_id = k.business_id AND p.id = coalesce(k.point_of_sale_id, t.point_of_sale_id)
    WHERE k.secret_hash = hash AND k.revoked_at IS NULL
"""
PROGRAM = ", (SELECT g.id FROM program g WHERE g.business_id = k.business_id AND g.is_default)"


def upgrade() -> None:
    _make(f"{COLUMNS}, default_program_id bigint", IDENTITY.format(more=PROGRAM))


def downgrade() -> None:
    _make(COLUMNS, IDENTITY.format(more=""))


def _make(columns: str, body: str) -> None:
    op.execute("DROP FUNCTION api_key_identity(bytea)")
    definer("api_key_identity(hash bytea)", f"TABLE ({columns})", body, "VOLATILE ROWS 1")
    op.execute("ALTER FUNCTION api_key_identity(bytea) SET plan_cache_mode = force_generic_plan")
