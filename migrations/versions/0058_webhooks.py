"""Webhooks: addresses, events, deliveries and answers; triggers that write events where an address listens (AP-1)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import definer, open_to_definer, protect

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

TABLES = ("webhook_endpoint", "webhook_event", "webhook_delivery", "webhook_attempt")
AT_MOST = 500
"""Things in one event: a statement that changes more of them makes several events."""
PLANNED_ONCE = "SET plan_cache_mode = force_generic_plan"
ACTIVE = "e.disabled_at IS NULL AND e.removed_at IS NULL"
OLDER = "LEFT JOIN stale o ON o.business_id = n.business_id AND o.id = n.id"

# Trigger → table, verb, and what it tells: number of the event, id of the thing, the thing.
TOLD = {
    "tell_customers_created": (
        *("customer", "INSERT"),
        "SELECT 2, n.id, jsonb_build_object('customer_id', n.id, 'point_of_sale_id', n.registered_point_of_sale_id)"
        " FROM fresh n",
    ),
    # An erasure changes more than the date, and a merge may; each is one event.
    "tell_customers_changed": (
        *("customer", "UPDATE"),
        f"""
        SELECT CASE WHEN o.erased_at IS DISTINCT FROM n.erased_at THEN 4
                WHEN o.merged_into_id IS DISTINCT FROM n.merged_into_id THEN 5 ELSE 3 END,
            n.id, CASE WHEN o.merged_into_id IS DISTINCT FROM n.merged_into_id AND n.erased_at IS NULL
                THEN jsonb_build_object('customer_id', n.id, 'merged_into', n.merged_into_id)
                ELSE jsonb_build_object('customer_id', n.id) END
        FROM fresh n {OLDER}
        WHERE (o.erased_at, o.merged_into_id, o.version) IS DISTINCT FROM (n.erased_at, n.merged_into_id, n.version)
        """,
    ),
    "tell_sales_created": (
        *("transaction", "INSERT"),
        """
        SELECT 6, n.id, jsonb_build_object('sale_id', n.id, 'customer_id', n.customer_id, 'program_id', n.program_id,
            'point_of_sale_id', n.point_of_sale_id, 'terminal_id', n.terminal_id,
            'source', CASE n.source WHEN 2 THEN 'api' ELSE 'store' END, 'amount', n.gross - n.discount,
            'discount', n.discount, 'points_paid', n.points_paid, 'points_earned', n.points_earned)
        FROM fresh n WHERE n.kind = 1
        """,
    ),
    "tell_sales_cancelled": (
        *("transaction", "UPDATE"),
        f"""
        SELECT 7, n.id, jsonb_build_object('sale_id', n.id, 'customer_id', n.customer_id)
        FROM fresh n {OLDER} WHERE n.kind = 1 AND n.status = 2 AND o.status <> 2
        """,
    ),
    "tell_balances_changed": (
        *("ledger_entry", "INSERT"),
        """
        SELECT 8, n.id, jsonb_build_object('entry_id', n.id, 'customer_id', n.customer_id, 'wallet_id', n.wallet_id,
            'kind', (ARRAY['earned', 'spent', 'added', 'removed', 'expired', 'reversed', 'transferred'])[n.kind],
            'amount', n.amount, 'balance', n.balance_after, 'transaction_id', n.transaction_id)
        FROM fresh n
        """,
    ),
}


def upgrade() -> None:
    endpoints()
    events()
    deliveries()
    attempts()
    open_to_definer(*TABLES)
    due()
    for name, (table, verb, things) in TOLD.items():
        tell(name, table, verb, things)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f(f"{name}_pkey")),
    )
    protect(name, rights="SELECT, INSERT, UPDATE, DELETE")


def _moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of(table: str, *columns: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{'_'.join(columns)}_fkey")
    return sa.ForeignKeyConstraint(columns, [f"{to}.{'id' if each == columns[-1] else each}" for each in columns], name)


def endpoints() -> None:
    _table(
        "webhook_endpoint",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("events", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        _moment("old_until", nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        _moment("failing_since", nullable=True),
        _moment("rest_until", nullable=True),
        _moment("disabled_at", nullable=True),
        sa.Column("disabled_why", sa.SmallInteger(), nullable=True),
        _moment("removed_at", nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(disabled_at IS NULL) = (disabled_why IS NULL)", name=op.f("webhook_endpoint_disabled_check")
        ),
        sa.CheckConstraint(
            "(old_secret IS NULL) = (old_until IS NULL)", name=op.f("webhook_endpoint_old_secret_check")
        ),
        _of("webhook_endpoint", "business_id", to="business"),
    )


def events() -> None:
    _table(
        "webhook_event",
        sa.Column("event", sa.SmallInteger(), nullable=False),
        _moment("at"),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        _of("webhook_event", "business_id", to="business"),
    )
    op.create_index(op.f("webhook_event_business_id_at_id_idx"), "webhook_event", ["business_id", "at", "id"])


def deliveries() -> None:
    _table(
        "webhook_delivery",
        sa.Column("endpoint_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.SmallInteger(), nullable=False),
        _moment("at"),
        sa.Column("state", sa.SmallInteger(), server_default="1", nullable=False),
        _moment("due_at", nullable=True),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        _moment("begun_at"),
        _moment("ended_at", nullable=True),
        sa.CheckConstraint("(state = 1) = (due_at IS NOT NULL)", name=op.f("webhook_delivery_due_at_check")),
        _of("webhook_delivery", "business_id", "endpoint_id", to="webhook_endpoint"),
        _of("webhook_delivery", "business_id", "event_id", to="webhook_event"),
    )
    for name, columns, where in (
        ("due_idx", ["endpoint_id", "due_at", "id"], "state = 1"),
        ("business_id_event_id_idx", ["event_id"], None),
        ("business_id_at_id_idx", ["at", "id"], None),
        ("business_id_endpoint_id_at_id_idx", ["endpoint_id", "at", "id"], None),
        ("business_id_event_at_id_idx", ["event", "at", "id"], None),
        ("undelivered_idx", ["state", "at", "id"], "state <> 2"),
    ):
        chosen = {"postgresql_where": sa.text(where)} if where else {}
        op.create_index(f"webhook_delivery_{name}", "webhook_delivery", ["business_id", *columns], **chosen)


def attempts() -> None:
    _table(
        "webhook_attempt",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        _moment("at"),
        sa.Column("took", sa.Integer(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        _of("webhook_attempt", "business_id", "delivery_id", to="webhook_delivery"),
    )
    op.create_index(
        op.f("webhook_attempt_business_id_delivery_id_id_idx"),
        "webhook_attempt",
        ["business_id", "delivery_id", "id"],
    )


def due() -> None:
    definer(
        "due_webhooks(moment timestamptz)",
        "TABLE (business_id bigint, endpoint_id bigint)",
        f"""
        SELECT e.business_id, e.id FROM webhook_endpoint e CROSS JOIN LATERAL (
            SELECT due_at FROM webhook_delivery WHERE business_id = e.business_id AND endpoint_id = e.id AND state = 1
            ORDER BY due_at LIMIT 1
        ) first
        WHERE {ACTIVE} AND coalesce(e.rest_until <= moment, true) AND first.due_at <= moment ORDER BY first.due_at
        """,
        f"STABLE {PLANNED_ONCE}",
    )


def tell(name: str, table: str, verb: str, things: str) -> None:
    """Writes the events of one statement. It runs as the owner, as who sells or registers may not see webhooks.

    A statement of the application writes rows of one business. Who does not listen costs a look at the few addresses
    of the business, and no row.
    """
    op.execute(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp {PLANNED_ONCE} AS $$
        DECLARE
            firm bigint := (SELECT business_id FROM fresh LIMIT 1);
            moment timestamptz := clock_timestamp();
        BEGIN
            IF NOT EXISTS (SELECT FROM webhook_endpoint e WHERE e.business_id = firm AND {ACTIVE}) THEN
                RETURN NULL;
            END IF;
            WITH told (event, id, thing) AS ({things}), listed AS (
                SELECT event, id, thing, (row_number() OVER (PARTITION BY event ORDER BY id) - 1) / {AT_MOST} AS part
                FROM told WHERE EXISTS (SELECT FROM webhook_endpoint e
                    WHERE e.business_id = firm AND {ACTIVE} AND told.event = ANY (e.events))
            ), happened AS (
                INSERT INTO webhook_event (business_id, event, at, items)
                SELECT firm, event, moment, jsonb_agg(thing ORDER BY id) FROM listed GROUP BY event, part
                RETURNING id, event
            )
            INSERT INTO webhook_delivery (business_id, endpoint_id, event_id, event, at, due_at, begun_at)
            SELECT firm, e.id, h.id, h.event, moment, moment, moment FROM happened h JOIN webhook_endpoint e
                ON e.business_id = firm AND {ACTIVE} AND h.event = ANY (e.events);
            RETURN NULL;
        END $$
        """
    )
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    seen = "NEW TABLE AS fresh" if verb == "INSERT" else "OLD TABLE AS stale NEW TABLE AS fresh"
    op.execute(
        f"CREATE TRIGGER {name} AFTER {verb} ON {table} REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def downgrade() -> None:
    for name, (table, _verb, _things) in TOLD.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP FUNCTION due_webhooks")
    for table in reversed(TABLES):
        op.drop_table(table)
