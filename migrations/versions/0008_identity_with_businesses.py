"""A request learns in one statement who makes it and which businesses that person may switch to (PR-1)."""

from alembic import op

from migrations.policies import definer

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP FUNCTION session_identity(bytea)")
    definer(
        "session_identity(hash bytea)",
        "TABLE (session_id bigint, user_id bigint, email text, name text, language text, theme text, density text,"
        " narrow_rail boolean, keys boolean, business_id bigint, business_name text, currency text,"
        " time_zone text, country text, role text, franchisee_id bigint, businesses json)",
        IDENTITY,
        "VOLATILE ROWS 1",
    )


# A session lives 30 minutes without use and 12 hours in all; its use is noted at most once a minute, so that
# reading pages hardly writes. A business that the person no longer belongs to is no longer chosen.
IDENTITY = """
    UPDATE user_session SET last_seen_at = now()
        WHERE token_hash = hash AND last_seen_at < now() - interval '1 minute'
            AND last_seen_at > now() - interval '30 minutes';
    SELECT s.id, u.id, u.email, u.name, u.language, u.theme, u.density, u.narrow_rail, u.keys,
        b.id, b.name, b.currency, b.time_zone, b.country, m.role, m.franchisee_id,
        (SELECT json_agg(json_build_array(o.id, o.name, w.role) ORDER BY o.name, o.id)
            FROM membership w JOIN business o ON o.id = w.business_id WHERE w.user_id = u.id)
    FROM user_session s
    JOIN app_user u ON u.id = s.user_id AND u.disabled_at IS NULL
    LEFT JOIN membership m ON m.user_id = u.id AND m.business_id = s.business_id
    LEFT JOIN business b ON b.id = m.business_id
    WHERE s.token_hash = hash AND s.last_seen_at > now() - interval '30 minutes'
        AND s.created_at > now() - interval '12 hours'
"""
