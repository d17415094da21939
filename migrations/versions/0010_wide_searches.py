"""A search that finds tens of thousands: whether it is so wide, and whether it finds one customer.

Such a search is not gathered and sorted; the table walks its order and asks of each customer until the page is full.
"""

from alembic import op

from migrations.policies import app_role, definer

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BUSINESS = "nullif(current_setting('app.business_id', true), '')::bigint"


def upgrade() -> None:
    definer(
        "customer_search_is_wide(query text, most integer)",
        "boolean",
        "SELECT count(*) > most FROM (SELECT FROM customer_search s WHERE s.document @@ query::tsquery"
        f" AND s.business_id = {BUSINESS} LIMIT most + 1) found",
    )
    # One plan for all calls, a probe of the primary key.
    op.execute(
        f"""CREATE FUNCTION customer_found(customer bigint, query tsquery) RETURNS boolean
        LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER COST 100
        SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
        BEGIN RETURN EXISTS (SELECT FROM customer_search s WHERE s.business_id = {BUSINESS}
            AND s.customer_id = customer AND s.document @@ query); END $$"""
    )
    op.execute("REVOKE ALL ON FUNCTION customer_found FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION customer_found TO {app_role()}")
