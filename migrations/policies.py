"""Row-level security in words that migrations share: who may see a row, and what the application's role may do.

Comparisons stand against scalar subqueries, which PostgreSQL works out once a statement and not once a row.
"""

from __future__ import annotations

from alembic import op
from flask import current_app

BUSINESS = "(SELECT nullif(current_setting('app.business_id', true), '')::bigint)"
FRANCHISEE = "(SELECT nullif(current_setting('app.franchisee_id', true), '')::bigint)"
USER = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"

IN_BUSINESS = f"business_id = {BUSINESS}"
WHOLE_BRAND = f"{FRANCHISEE} IS NULL"
OWN_PLACES = f"SELECT p.id FROM point_of_sale p WHERE p.business_id = {BUSINESS} AND p.franchisee_id = {FRANCHISEE}"
AT_OWN_PLACES = f"({WHOLE_BRAND} OR point_of_sale_id IN ({OWN_PLACES}))"


def own_customer(column: str) -> str:
    """Whether the customer named by `column` has a row in the scope of the franchisee in force (PR-3)."""
    return (
        f"({WHOLE_BRAND} OR EXISTS (SELECT FROM customer_stats s WHERE s.business_id = {BUSINESS}"
        f" AND s.scope_id = (SELECT f.id FROM stats_scope f WHERE f.business_id = {BUSINESS}"
        f" AND f.franchisee_id = {FRANCHISEE}) AND s.customer_id = {column}))"
    )


def protect(table: str, *, rights: str, seen: str = "", within: str = IN_BUSINESS) -> None:
    """Forces row-level security on `table`: rows `within` the business and `seen` by the person, written within.

    `rights` are what the application's role is granted, such as "SELECT, INSERT".
    """
    role = app_role()
    visible = f"{within} AND {seen}" if seen else within
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reading ON {table} FOR SELECT USING ({visible})")
    op.execute(f"CREATE POLICY adding ON {table} FOR INSERT WITH CHECK ({within})")
    op.execute(f"CREATE POLICY changing ON {table} FOR UPDATE USING ({visible}) WITH CHECK ({within})")
    op.execute(f"CREATE POLICY removing ON {table} FOR DELETE USING ({visible})")
    op.execute(f"GRANT {rights} ON {table} TO {role}")


def open_to_definer(*tables: str) -> None:
    """Lets functions that run as the owner read these tables across businesses; forced policies bind it too."""
    for table in tables:
        op.execute(f"CREATE POLICY definer ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")


def definer(signature: str, returns: str, body: str, options: str = "STABLE") -> None:
    """A SQL function that runs as the owner, for the application's role alone."""
    name = signature.split("(")[0]
    op.execute(
        f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql SECURITY DEFINER {options}"
        f" SET search_path = pg_catalog, public, pg_temp AS $${body}$$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {app_role()}")


def append_only(*tables: str) -> None:
    """Makes the database refuse to change or remove rows, whoever asks."""
    for table in tables:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def app_role() -> str:
    """The application's database role, quoted."""
    name: str = current_app.config["REGULARS"].app_role
    return '"' + name.replace('"', '""') + '"'
