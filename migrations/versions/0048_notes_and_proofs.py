"""A note of the platform can be of one franchisee's place; a session knows when its person last proved who it is."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import IN_BUSINESS

revision = "0048"
down_revision = "0046"
branch_labels = None
depends_on = None

# As in 0015: booleans out of subqueries, and the franchisee's places as one list that is read once.
WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"
PLACES = "(SELECT string_to_array(nullif(current_setting('app.places', true), ''), ',')::bigint[])::bigint[]"
OF_OWN_PLACES = f"(point_of_sale_id IS NULL OR coalesce(point_of_sale_id = ANY ({PLACES}), false))"
# What is about no customer is the brand's, unless it names a place.
TO_THEM = "CASE WHEN customer_id IS NULL THEN point_of_sale_id IS NOT NULL ELSE sees_customer(customer_id) END"
SEEN = f"({WHOLE_BRAND} OR {OF_OWN_PLACES} AND {TO_THEM})"


def upgrade() -> None:
    for policy in ("reading", "changing", "removing"):
        op.execute(f"ALTER POLICY {policy} ON message USING ({IN_BUSINESS} AND {SEEN})")
    proved = sa.Column("proved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    op.add_column("user_session", proved)
