"""The keys of tags and their values in use, to be suggested while one types (CP-6)."""

from migrations.policies import definer, open_to_definer

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BUSINESS = "(SELECT nullif(current_setting('app.business_id', true), '')::bigint)"
WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"


def upgrade() -> None:
    # Each word is a probe of the index behind the word before it, so what is suggested costs the same at a million
    # tags. Under the policy of tags a franchisee's operator would walk over all those of others to reach its own.
    open_to_definer("tag")
    definer(
        "tag_keys(most integer)",
        "SETOF text",
        f"""
        WITH RECURSIVE word AS (
            (SELECT t.key FROM tag t WHERE t.business_id = {BUSINESS} ORDER BY t.key LIMIT 1)
            UNION ALL
            SELECT (SELECT t.key FROM tag t WHERE t.business_id = {BUSINESS} AND t.key > word.key
                ORDER BY t.key LIMIT 1)
            FROM word WHERE word.key IS NOT NULL
        )
        SELECT key FROM word WHERE key IS NOT NULL LIMIT most
        """,
    )
    # A value may be about one person. So who does not see all customers is told only those that several have.
    definer(
        "tag_values(of_key text, most integer)",
        "SETOF text",
        f"""
        WITH RECURSIVE word AS (
            (SELECT t.value, 1 AS place FROM tag t WHERE t.business_id = {BUSINESS} AND t.key = of_key
                ORDER BY t.value LIMIT 1)
            UNION ALL
            SELECT (SELECT t.value FROM tag t WHERE t.business_id = {BUSINESS} AND t.key = of_key
                AND t.value > word.value ORDER BY t.value LIMIT 1), place + 1
            FROM word WHERE word.value IS NOT NULL AND place < 10 * most
        )
        SELECT value FROM word WHERE value IS NOT NULL AND ({WHOLE_BRAND} OR EXISTS (SELECT FROM tag t
            WHERE t.business_id = {BUSINESS} AND t.key = of_key AND t.value = word.value OFFSET 1))
        LIMIT most
        """,
    )
