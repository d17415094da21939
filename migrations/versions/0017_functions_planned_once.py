"""Functions that every page and every search calls are planned once a connection, and what is found comes at once.

The application has its statements planned anew each time, for their values; within these functions the plan is
always the same, and making it took longer than carrying it out. What a search finds is one array: row by row costs
as much again, and so does reading the setting of the business for each.
"""

from alembic import op

from migrations.policies import definer

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BUSINESS = "nullif(current_setting('app.business_id', true), '')::bigint"
PLANNED_ONCE = "SET plan_cache_mode = force_generic_plan"


def upgrade() -> None:
    op.execute(f"ALTER FUNCTION session_identity(bytea) {PLANNED_ONCE}")
    op.execute("DROP FUNCTION customer_search_ids(text, integer)")
    # OFFSET 0 keeps the business out of the choice of index.
    definer(
        "customer_search_ids(query text, most integer)",
        "bigint[]",
        "SELECT ARRAY(SELECT found.customer_id FROM (SELECT s.business_id, s.customer_id FROM customer_search s"
        f" WHERE s.document @@ query::tsquery OFFSET 0) found WHERE found.business_id = (SELECT {BUSINESS})"
        " LIMIT most)",
        f"STABLE {PLANNED_ONCE}",
    )
