"""Messages that are charged or released in the work of someone who may not read charges (BI-1)."""

from alembic import op

from migrations.policies import BUSINESS, definer, open_to_definer

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_MINE = f"DELETE FROM charge_reserved r WHERE r.business_id = {BUSINESS} AND r.kind = $1 AND r.subject = ANY ($2)"


def upgrade() -> None:
    open_to_definer("charge_reserved")
    definer(
        "charge_reserved_of(smallint, bigint[], timestamptz)",
        "void",
        f"""
        WITH sent AS ({_MINE} RETURNING r.subject, r.quantity, r.rate)
        INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate)
        SELECT b.id, $1, sent.subject, $3, ($3 AT TIME ZONE b.time_zone)::date, sent.quantity, sent.rate
        FROM sent JOIN business b ON b.id = {BUSINESS}
        ON CONFLICT DO NOTHING
        """,
        "VOLATILE",
    )
    definer("release_reserved(smallint, bigint[])", "void", _MINE, "VOLATILE")


def downgrade() -> None:
    op.execute("DROP FUNCTION release_reserved, charge_reserved_of")
    op.execute("DROP POLICY definer ON charge_reserved")
