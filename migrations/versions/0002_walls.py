"""The walls: forced row-level security, what the application's role may do, and the functions that cross businesses."""

from alembic import op

from migrations.policies import (
    AT_OWN_PLACES,
    BUSINESS,
    FRANCHISEE,
    USER,
    WHOLE_BRAND,
    app_role,
    append_only,
    definer,
    open_to_definer,
    own_customer,
    protect,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ALL = "SELECT, INSERT, UPDATE, DELETE"
KEEP = "SELECT, INSERT, UPDATE"
ADD = "SELECT, INSERT"
AUDIT_SEEN = WHOLE_BRAND
LINE_SEEN = (
    f"({WHOLE_BRAND} OR EXISTS (SELECT FROM transaction t WHERE t.business_id = {BUSINESS} AND t.id = transaction_id))"
)


def upgrade() -> None:
    op.execute(f"GRANT USAGE ON SCHEMA public TO {app_role()}")
    businesses()
    people()
    programs()
    customers()
    movements()
    audit_log()
    functions()


def businesses() -> None:
    protect("business", rights=KEEP, within=f"id = {BUSINESS}")
    protect("franchisee", rights=KEEP, seen=f"({WHOLE_BRAND} OR id = {FRANCHISEE})")
    protect("point_of_sale", rights=KEEP, seen=f"({WHOLE_BRAND} OR franchisee_id = {FRANCHISEE})")
    protect("terminal", rights=KEEP, seen=AT_OWN_PLACES)


def people() -> None:
    colleague = f"EXISTS (SELECT FROM membership m WHERE m.business_id = {BUSINESS} AND m.user_id = app_user.id)"
    protect("app_user", rights=KEEP, within=f"id = {USER}")
    op.execute(f"CREATE POLICY colleagues ON app_user FOR SELECT USING ({colleague})")
    protect("membership", rights=ALL)
    protect("user_session", rights=ALL, within=f"user_id = {USER}")
    protect("form_key", rights=KEEP)
    protect("table_settings", rights=ALL, seen=f"user_id = {USER}")
    protect("saved_filter", rights=ADD)
    op.execute(f"GRANT {ALL} ON sign_in_failure TO {app_role()}")


def programs() -> None:
    for table in ("wallet", "program", "program_account", "category"):
        protect(table, rights=KEEP)
    op.execute(f"GRANT DELETE ON program_account TO {app_role()}")


def customers() -> None:
    protect("stats_scope", rights=KEEP, seen=f"({WHOLE_BRAND} OR owner_franchisee_id = {FRANCHISEE})")
    own_scope = (
        f"({WHOLE_BRAND} OR scope_id IN (SELECT c.id FROM stats_scope c WHERE c.business_id = {BUSINESS}"
        f" AND c.owner_franchisee_id = {FRANCHISEE}))"
    )
    protect("customer_stats", rights=ALL, seen=own_scope)
    protect("customer", rights=KEEP, seen=own_customer("customer.id"))
    for table in ("customer_search", "card", "tag", "enrolment"):
        protect(table, rights=ALL, seen=own_customer(f"{table}.customer_id"))


def movements() -> None:
    protect("transaction", rights=KEEP, seen=AT_OWN_PLACES)
    protect("transaction_line", rights=ADD, seen=LINE_SEEN)
    protect("ledger_entry", rights=ADD, seen=AT_OWN_PLACES)
    protect("lot", rights=KEEP, seen=own_customer("lot.customer_id"))
    protect("lot_use", rights=ADD)
    protect("balance", rights=KEEP, seen=own_customer("balance.customer_id"))


def audit_log() -> None:
    protect("audit_entry", rights=ADD, seen=AUDIT_SEEN)
    protect("audit_value", rights="SELECT, INSERT, DELETE", seen=AUDIT_SEEN)
    op.execute(
        """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation'; END $$"""
    )
    append_only("ledger_entry", "lot_use", "audit_entry", "transaction_line")


def functions() -> None:
    open_to_definer("app_user", "membership", "business", "user_session", "customer_search")
    definer(
        "sign_in_user(address text)",
        "bigint",
        "SELECT u.id FROM app_user u WHERE u.email = address",
    )
    definer(
        "session_identity(hash bytea)",
        "TABLE (session_id bigint, user_id bigint, email text, name text, language text, theme text,"
        " business_id bigint, business_name text, currency text, time_zone text, country text, role text,"
        " franchisee_id bigint)",
        IDENTITY,
        "VOLATILE ROWS 1",
    )
    definer(
        "own_businesses()",
        "TABLE (business_id bigint, name text, role text)",
        f"SELECT b.id, b.name, m.role FROM membership m JOIN business b ON b.id = m.business_id"
        f" WHERE m.user_id = {USER} ORDER BY b.name, b.id",
    )
    definer(
        "end_stale_sessions()",
        "bigint",
        "WITH gone AS (DELETE FROM user_session WHERE last_seen_at < now() - interval '30 minutes'"
        " OR created_at < now() - interval '12 hours' RETURNING 1) SELECT count(*) FROM gone",
        "VOLATILE",
    )
    definer(
        "customer_search_ids(query text)",
        "SETOF bigint",
        "SELECT s.customer_id FROM customer_search s WHERE s.document @@ query::tsquery"
        f" AND s.business_id = {BUSINESS}",
        "STABLE ROWS 200",
    )


# A session lives 30 minutes without use and 12 hours in all; its use is noted at most once a minute, so that
# reading pages hardly writes. A business that the person no longer belongs to is no longer chosen.
IDENTITY = """
    UPDATE user_session SET last_seen_at = now()
        WHERE token_hash = hash AND last_seen_at < now() - interval '1 minute'
            AND last_seen_at > now() - interval '30 minutes';
    SELECT s.id, u.id, u.email, u.name, u.language, u.theme, b.id, b.name, b.currency, b.time_zone, b.country,
        m.role, m.franchisee_id
    FROM user_session s
    JOIN app_user u ON u.id = s.user_id AND u.disabled_at IS NULL
    LEFT JOIN membership m ON m.user_id = u.id AND m.business_id = s.business_id
    LEFT JOIN business b ON b.id = m.business_id
    WHERE s.token_hash = hash AND s.last_seen_at > now() - interval '30 minutes'
        AND s.created_at > now() - interval '12 hours'
"""
