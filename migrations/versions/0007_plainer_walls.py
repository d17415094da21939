"""The walls between locations without subqueries over tables: what a franchisee may see is set once a transaction.

Every statement carries the policies of its tables, and planning nested subqueries took longer than running the
customers page. Nor may append-only tables be emptied at a stroke.
"""

from alembic import op

from migrations.policies import BUSINESS, IN_BUSINESS, WHOLE_BRAND

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Cast again outside: without it, ANY would take the subquery for rows and not for one array.
PLACES = "(SELECT string_to_array(nullif(current_setting('app.places', true), ''), ',')::bigint[])"
SCOPES = "(SELECT string_to_array(nullif(current_setting('app.scopes', true), ''), ',')::bigint[])"
OWN_SCOPE = "(SELECT nullif(current_setting('app.franchisee_scope', true), '')::bigint)"
AT_OWN_PLACES = f"({WHOLE_BRAND} OR point_of_sale_id = ANY ({PLACES}::bigint[]))"
IN_OWN_SCOPES = f"({WHOLE_BRAND} OR scope_id = ANY ({SCOPES}::bigint[]))"


def upgrade() -> None:
    for table in ("terminal", "transaction", "ledger_entry"):
        see(table, AT_OWN_PLACES)
    see("customer_stats", IN_OWN_SCOPES)
    see("customer", own_customer("customer.id"))
    for table in ("customer_search", "card", "tag", "enrolment", "lot", "balance"):
        see(table, own_customer(f"{table}.customer_id"))
    for table in ("ledger_entry", "lot_use", "audit_entry", "transaction_line"):
        op.execute(f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")


def own_customer(column: str) -> str:
    """Whether the customer has a row in the scope of the franchisee in force (PR-3)."""
    return (
        f"({WHOLE_BRAND} OR EXISTS (SELECT FROM customer_stats s WHERE s.business_id = {BUSINESS}"
        f" AND s.scope_id = {OWN_SCOPE} AND s.customer_id = {column}))"
    )


def see(table: str, seen: str) -> None:
    for policy in ("reading", "changing", "removing"):
        op.execute(f"ALTER POLICY {policy} ON {table} USING ({IN_BUSINESS} AND {seen})")
