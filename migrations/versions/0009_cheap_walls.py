"""Walls and sums that a planner judges rightly at a million customers.

Whether a franchisee sees a customer is asked by a function whose cost is said here, as much as a few rows: as a
subquery in the policy it was taken for expensive on every row, also where the whole brand is shown and it never runs,
so plans that read a table as a whole were shunned; and where it ran, it was made a hash of the whole franchise for
the sake of fifty rows. Sums of sales and amounts are read out of one index.
"""

from alembic import op

from migrations.policies import IN_BUSINESS, app_role, open_to_definer

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# A boolean out of the subquery, of which the planner expects half; of a subquery that IS NULL it expects one in 200.
WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"
OWN_SCOPE = "nullif(current_setting('app.franchisee_scope', true), '')::bigint"
BUSINESS_NOW = "nullif(current_setting('app.business_id', true), '')::bigint"
LISTED = "(SELECT string_to_array(nullif(current_setting('app.{}', true), ''), ',')::bigint[])::bigint[]"
OLD_INDEX = "customer_stats_business_id_scope_id_amount_customer_id_idx"


def upgrade() -> None:
    asks_for_customer()
    see("customer", "sees_customer(id)")
    for table in ("customer_search", "card", "tag", "enrolment", "lot", "balance"):
        see(table, "sees_customer(customer_id)")
    # Within coalesce the planner guesses half of the rows; by = ANY of a list that it does not know yet it would
    # expect a handful, and sort a whole franchise where it should walk an index.
    see("customer_stats", f"coalesce(scope_id = ANY ({LISTED.format('scopes')}), false)")
    for table in ("terminal", "transaction", "ledger_entry"):
        see(table, f"coalesce(point_of_sale_id = ANY ({LISTED.format('places')}), false)")
    op.drop_index(OLD_INDEX, "customer_stats")
    op.create_index(
        OLD_INDEX,
        "customer_stats",
        ["business_id", "scope_id", "amount", "customer_id"],
        postgresql_include=["sales_count"],
    )


def asks_for_customer() -> None:
    """A probe of the primary key, with one plan for all calls; never inlined, so its cost stays what is said here."""
    open_to_definer("customer_stats")
    op.execute(
        f"""CREATE FUNCTION sees_customer(customer bigint) RETURNS boolean
        LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER COST 100
        SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
        BEGIN RETURN EXISTS (SELECT FROM customer_stats s WHERE s.business_id = {BUSINESS_NOW}
            AND s.scope_id = {OWN_SCOPE} AND s.customer_id = customer); END $$"""
    )
    op.execute("REVOKE ALL ON FUNCTION sees_customer FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION sees_customer TO {app_role()}")


def see(table: str, seen: str) -> None:
    for policy in ("reading", "changing", "removing"):
        op.execute(f"ALTER POLICY {policy} ON {table} USING ({IN_BUSINESS} AND ({WHOLE_BRAND} OR {seen}))")
