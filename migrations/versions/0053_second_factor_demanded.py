"""Who makes a request is told with whether a business of the person's demands a second factor that it has not."""

from alembic import op

from migrations.policies import USER, definer

revision = "0053"
down_revision = "0051"
branch_labels = None
depends_on = None

AT_WORK = """
    JOIN membership m ON m.user_id = t.user_id AND m.business_id = t.business_id AND m.role = 'salesperson'
    JOIN terminal l ON l.business_id = t.business_id AND l.id = t.terminal_id AND l.archived_at IS NULL
    JOIN point_of_sale p ON p.business_id = l.business_id AND p.id = l.point_of_sale_id AND p.archived_at IS NULL
"""
# As 0027 has it, and whether a second factor is owed: by who works in a panel, in any business of its.
IDENTITY = f"""
    UPDATE user_session SET last_seen_at = now()
        WHERE token_hash = hash AND last_seen_at < now() - interval '1 minute'
            AND (user_session.terminal_id IS NOT NULL OR last_seen_at > now() - interval '30 minutes');
    SELECT s.id, u.id, u.email, u.name, u.language, u.theme, u.density, u.narrow_rail, u.keys,
        b.id, b.name, b.currency, b.time_zone, b.country, m.role, m.franchisee_id,
        (SELECT json_agg(json_build_array(o.id, o.name, w.role) ORDER BY o.name, o.id)
            FROM membership w JOIN business o ON o.id = w.business_id WHERE w.user_id = u.id),
        s.terminal_id IS NOT NULL, here.terminal_id, here.terminal, here.place_id, here.place,
        EXISTS (SELECT FROM membership w JOIN business o ON o.id = w.business_id AND o.second_factor_required
            WHERE w.user_id = u.id AND w.role <> 'salesperson')
        AND NOT EXISTS (SELECT FROM second_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)
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


def upgrade() -> None:
    op.execute("DROP FUNCTION session_identity(bytea)")
    definer(
        "session_identity(hash bytea)",
        "TABLE (session_id bigint, user_id bigint, email text, name text, language text, theme text, density text,"
        " narrow_rail boolean, keys boolean, business_id bigint, business_name text, currency text,"
        " time_zone text, country text, role text, franchisee_id bigint, businesses json, at_terminal boolean,"
        " terminal_id bigint, terminal_name text, point_of_sale_id bigint, point_of_sale_name text,"
        " owes_second_factor boolean)",
        IDENTITY,
        "VOLATILE ROWS 1",
    )
    op.execute("ALTER FUNCTION session_identity(bytea) SET plan_cache_mode = force_generic_plan")
    definer(
        "second_factor_demanders()",
        "TABLE (name text)",
        "SELECT b.name FROM membership m JOIN business b ON b.id = m.business_id AND b.second_factor_required"
        f" WHERE m.user_id = {USER} AND m.role <> 'salesperson' ORDER BY b.name, b.id",
    )
