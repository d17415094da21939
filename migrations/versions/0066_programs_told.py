"""Functions that run as the owner see programs: 0065 tells callers of the API their default one, which they could not.

Who calls is only read; that a key was used is noted by a function of its own, once a minute, and not tried each time.
"""

from alembic import op

from migrations.policies import definer, open_to_definer

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

COLUMNS = (
    "key_id bigint, key_name text, scopes text[], business_id bigint, business_name text, currency text,"
    " time_zone text, country text, franchisee_id bigint, point_of_sale_id bigint, point_of_sale_name text,"
    " terminal_id bigint, terminal_name text, default_program_id bigint"
)
IDENTITY = """
    SELECT k.id, k.name, k.scopes, b.id, b.name, b.currency, b.time_zone, b.country,
        coalesce(k.franchisee_id, p.franchisee_id), p.id, p.name, t.id, t.name,
        (SELECT g.id FROM program g WHERE g.business_id = k.business_id AND g.is_default){more}
    FROM api_key k
    JOIN business b ON b.id = k.business_id
    LEFT JOIN terminal t ON t.business_id = k.business_id AND t.id = k.terminal_id
    LEFT JOIN point_of_sale p
        ON p.business_id = k.business_id AND p.id = coalesce(k.point_of_sale_id, t.point_of_sale_id)
    WHERE k.secret_hash = hash AND k.revoked_at IS NULL
"""
NOTE = """
    UPDATE api_key SET last_used_at = now()
        WHERE secret_hash = hash AND revoked_at IS NULL
            AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
"""
FRESH = ", coalesce(k.last_used_at > now() - interval '1 minute', false)"


def upgrade() -> None:
    open_to_definer("program")
    op.execute("DROP FUNCTION api_key_identity(bytea)")
    _make(
        "api_key_identity(hash bytea)",
        f"TABLE ({COLUMNS}, use_noted boolean)",
        IDENTITY.format(more=FRESH),
        "STABLE ROWS 1",
    )
    _make("note_api_key_use(hash bytea)", "void", NOTE, "VOLATILE")


def downgrade() -> None:
    op.execute("DROP FUNCTION note_api_key_use(bytea)")
    op.execute("DROP FUNCTION api_key_identity(bytea)")
    _make("api_key_identity(hash bytea)", f"TABLE ({COLUMNS})", NOTE + IDENTITY.format(more=""), "VOLATILE ROWS 1")
    op.execute("DROP POLICY definer ON program")


def _make(signature: str, returns: str, body: str, options: str) -> None:
    definer(signature, returns, body, options)
    op.execute(f"ALTER FUNCTION {signature.split('(')[0]}(bytea) SET plan_cache_mode = force_generic_plan")
