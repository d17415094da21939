"""Messages on their way: what waits to be sent, what gateways said, texts of PINs, and the simulator (MS-1 to MS-3)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import app_role, definer, open_to_definer, protect

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    messages()
    outbox()
    parts()
    receipts()
    pins()
    pace()
    simulator()
    open_to_definer("message", "message_outbox", "message_part", "simulated_event")
    for signature, returns, body, options in FUNCTIONS:
        definer(signature, returns, body, options)
    queue_what_waited()


def messages() -> None:
    op.add_column("message", sa.Column("program_id", sa.BigInteger(), nullable=True))
    op.add_column("message", sa.Column("sender", sa.Text(), server_default="", nullable=False))
    op.add_column("message", sa.Column("gateway", sa.Text(), server_default="", nullable=False))
    op.create_foreign_key(
        op.f("message_business_id_program_id_fkey"),
        "message",
        "program",
        ["business_id", "program_id"],
        ["business_id", "id"],
    )


def outbox() -> None:
    _of_message(
        "message_outbox",
        sa.Column("channel", sa.SmallInteger(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("smart", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("fallback_at", sa.DateTime(timezone=True), nullable=True),
        rights="SELECT, INSERT, UPDATE, DELETE",
    )
    op.create_index(
        op.f("message_outbox_business_id_channel_priority_due_at_message_id_idx"),
        "message_outbox",
        ["business_id", "channel", "priority", "due_at", "message_id"],
    )
    op.create_index(
        "message_outbox_watched_idx",
        "message_outbox",
        ["business_id", "due_at", "message_id"],
        postgresql_where=sa.text("step <> 1"),
    )
    op.create_index(
        "message_outbox_unpaid_idx",
        "message_outbox",
        ["business_id", "priority", "message_id"],
        postgresql_where=sa.text("step = 4"),
    )


def parts() -> None:
    _of_message(
        "message_part",
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("gateway_id", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        key=("number",),
        rights="SELECT, INSERT, UPDATE",
    )
    op.create_index("message_part_named_idx", "message_part", ["gateway", "gateway_id", "message_id"])


def receipts() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("gateway_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("receipt_pkey")),
        sa.UniqueConstraint("gateway", "gateway_id", "reference", "status", name=op.f("receipt_gateway_key")),
    )
    op.create_index(op.f("receipt_due_at_idx"), "receipt", ["due_at"])
    # Of no business, and nobody's data: it is reached through functions alone, but for policies that hide it whole.
    op.execute("ALTER TABLE receipt ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE receipt FORCE ROW LEVEL SECURITY")
    for name, verb in (("reading", "SELECT"), ("changing", "UPDATE"), ("removing", "DELETE")):
        op.execute(f"CREATE POLICY {name} ON receipt FOR {verb} USING (false)")
    op.execute("CREATE POLICY adding ON receipt FOR INSERT WITH CHECK (false)")
    op.execute(f"GRANT SELECT ON receipt TO {app_role()}")
    open_to_definer("receipt")


def pins() -> None:
    _of_message(
        "pin_text",
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        rights="SELECT, INSERT, DELETE",
    )


def pace() -> None:
    op.create_table(
        "gateway_pace",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pauses", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("gateway_pace_pkey")),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON gateway_pace TO {app_role()}")


def simulator() -> None:
    shares = ("refused", "failed", "dropped", "timed_out", "throttled", "doubled", "shuffled", "late")
    op.create_table(
        "simulator",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("delay", sa.Integer(), server_default="0", nullable=False),
        sa.Column("slowness", sa.Integer(), server_default="0", nullable=False),
        *(sa.Column(share, sa.SmallInteger(), server_default="0", nullable=False) for share in shares),
        *(sa.CheckConstraint(f"{each} BETWEEN 0 AND 1000", name=op.f(f"simulator_{each}_check")) for each in shares),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("simulator_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", name=op.f("simulator_pkey")),
    )
    protect("simulator", rights="SELECT, INSERT, UPDATE")
    op.create_table(
        "simulated_message",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.SmallInteger(), nullable=False),
        *(sa.Column(each, sa.Text(), nullable=False) for each in ("address", "sender", "title", "text", "language")),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("arrived", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "message_id"],
            ["message.business_id", "message.id"],
            name=op.f("simulated_message_business_id_message_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("simulated_message_pkey")),
    )
    op.create_index(
        op.f("simulated_message_business_id_message_id_idx"), "simulated_message", ["business_id", "message_id"]
    )
    op.create_index(
        op.f("simulated_message_business_id_address_id_idx"), "simulated_message", ["business_id", "address", "id"]
    )
    protect("simulated_message", rights="SELECT, INSERT, UPDATE, DELETE")
    op.create_table(
        "simulated_event",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(each, sa.Text(), server_default="", nullable=False) for each in EVENT),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("simulated_event_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("simulated_event_pkey")),
    )
    op.create_index(op.f("simulated_event_due_at_idx"), "simulated_event", ["due_at"])
    protect("simulated_event", rights="SELECT, INSERT, DELETE")


EVENT = ("gateway_id", "reference", "address", "sender", "text")


def _of_message(name: str, *columns: sa.Column[object], key: tuple[str, ...] = (), rights: str) -> None:
    op.create_table(
        name,
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["business_id", "message_id"],
            ["message.business_id", "message.id"],
            name=op.f(f"{name}_business_id_message_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "message_id", *key, name=op.f(f"{name}_pkey")),
    )
    protect(name, rights=rights)


# Those with something due, or with what waits for money: a handful of looks into an index for each business.
DUE = """
    SELECT b.id FROM business b WHERE EXISTS (
        SELECT FROM generate_series(1, 5) channel, generate_series(0, 2) priority WHERE EXISTS (
            SELECT FROM message_outbox o WHERE o.business_id = b.id AND o.channel = channel.channel
                AND o.priority = priority.priority AND o.due_at <= moment)
    ) OR EXISTS (SELECT FROM message_outbox o WHERE o.business_id = b.id AND o.step = 4)
    ORDER BY b.id
"""
KEEP = """
    INSERT INTO receipt (gateway, gateway_id, reference, status, at)
    SELECT gate, r.gateway_id, r.reference, r.status, r.at
    FROM unnest(ids, names, statuses, moments) r (gateway_id, reference, status, at)
    ON CONFLICT DO NOTHING
"""
# What belongs to no message yet is looked at again after as long as it has waited, and lapses after three days.
MATCH = """
    WITH due AS (
        SELECT r.id FROM receipt r WHERE r.due_at <= now() ORDER BY r.due_at LIMIT most FOR UPDATE SKIP LOCKED
    ), looked AS (
        UPDATE receipt r SET due_at = now() + greatest(now() - r.came_at, interval '2 seconds')
        FROM due WHERE r.id = due.id RETURNING r.*
    )
    SELECT l.id, found.business_id, found.message_id, found.number, l.status, l.at
    FROM looked l CROSS JOIN LATERAL (
        SELECT * FROM (
            SELECT p.business_id, p.message_id, p.number FROM message_part p
            WHERE l.gateway_id <> '' AND p.gateway = l.gateway AND p.gateway_id = l.gateway_id
            ORDER BY p.message_id DESC LIMIT 1
        ) named
        UNION ALL
        SELECT m.business_id, m.id, NULL::smallint FROM message m
        WHERE l.reference ~ '^[0-9]{1,18}-[0-9]{1,18}$'
            AND m.business_id = CASE WHEN l.reference ~ '^[0-9]{1,18}-[0-9]{1,18}$'
                THEN split_part(l.reference, '-', 1)::bigint END
            AND m.id = CASE WHEN l.reference ~ '^[0-9]{1,18}-[0-9]{1,18}$'
                THEN split_part(l.reference, '-', 2)::bigint END
            AND m.gateway = l.gateway AND (l.gateway_id = '' OR m.segments <= 1)
        LIMIT 1
    ) found
"""
FORGET = """
    DELETE FROM receipt WHERE id = ANY (ids) OR came_at < now() - interval '3 days'
"""
# The customers with this phone, whichever of the businesses wrote to them last from this number. A phone passes from
# one merged record to the other, either way; what was written to it does not.
WRITTEN_TO = """
    SELECT c.business_id, c.id FROM business b
    JOIN customer c ON c.business_id = b.id AND c.phone = written_to.phone AND c.phone <> ''
    CROSS JOIN LATERAL (
        WITH RECURSIVE record AS (
            SELECT c.id
            UNION
            SELECT r.id FROM record JOIN customer r ON r.business_id = b.id AND r.merged_into_id = record.id
        )
        SELECT m.distributed_at FROM message m
        WHERE m.business_id = b.id AND m.customer_id IN (SELECT id FROM record UNION ALL SELECT c.merged_into_id)
            AND m.direction = 1 AND m.channel = way AND m.sender IN (number, '') AND m.distributed_at IS NOT NULL
        ORDER BY m.created_at DESC, m.id DESC LIMIT 1
    ) last
    ORDER BY last.distributed_at DESC, c.business_id LIMIT 1
"""
FUNCTIONS = (
    ("businesses_to_send(moment timestamptz)", "SETOF bigint", DUE, "STABLE"),
    ("keep_receipts(gate text, ids text[], names text[], statuses smallint[], moments timestamptz[])", "void", KEEP,
     "VOLATILE"),
    ("match_receipts(most integer)",
     "TABLE (receipt_id bigint, business_id bigint, message_id bigint, number smallint, status smallint,"
     " at timestamptz)", MATCH, "VOLATILE"),
    ("forget_receipts(ids bigint[])", "void", FORGET, "VOLATILE"),
    ("written_to(phone text, way smallint, number text)", "TABLE (business_id bigint, customer_id bigint)", WRITTEN_TO,
     "STABLE"),
    ("due_simulated_events(most integer)", "SETOF simulated_event",
     "SELECT * FROM simulated_event WHERE due_at <= now() ORDER BY due_at, id LIMIT most", "STABLE"),
    ("forget_simulated_events(ids bigint[])", "void", "DELETE FROM simulated_event WHERE id = ANY (ids)", "VOLATILE"),
)  # fmt: skip


def queue_what_waited() -> None:
    """Nothing sent messages before: those of the last day go out now, older ones and PINs are too late."""
    op.execute(
        "UPDATE message SET valid_until = created_at + interval '1 day'"
        " WHERE direction = 1 AND status IN (1, 2, 3) AND valid_until IS NULL"
    )
    op.execute(
        "UPDATE message SET status = 7, reason = 'late'"
        " WHERE direction = 1 AND status IN (1, 2, 3) AND (kind = 3 OR channel = 5 OR valid_until <= now())"
    )
    op.execute(
        "INSERT INTO message_outbox (business_id, message_id, channel, priority, due_at)"
        " SELECT business_id, id, channel, CASE WHEN kind IN (5, 6) THEN 2 ELSE 1 END, now()"
        " FROM message WHERE direction = 1 AND status IN (1, 2, 3)"
    )
