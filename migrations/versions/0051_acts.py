"""Requisites, and service acts with their files, statuses and series (BI-3 to BI-6)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import BUSINESS, USER, app_role, append_only, definer, open_to_definer, protect

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

# Admin and accountant; jobs and commands are nobody.
BOOKKEEPER = (
    f"(SELECT {USER} IS NULL OR EXISTS (SELECT FROM membership m WHERE m.business_id = {BUSINESS}"
    f" AND m.user_id = {USER} AND m.role IN ('admin', 'accountant')))"
)
# A month is closed an hour after it ended by the business's clock: by then what was begun in it is written.
DUE = """
    SELECT r.business_id FROM requisites r JOIN business b ON b.id = r.business_id
        LEFT JOIN act_close c ON c.business_id = r.business_id
    WHERE r.complete AND EXISTS (SELECT FROM executor e WHERE e.jurisdiction = r.jurisdiction)
        AND EXISTS (SELECT FROM tariff t WHERE t.business_id = r.business_id AND t.valid_from < moment)
        AND coalesce(c.month, '-infinity') < CAST(date_trunc('month',
            (moment - interval '1 hour') AT TIME ZONE b.time_zone) - interval '1 month' AS date)
    UNION SELECT business_id FROM act_to_draw
    ORDER BY 1
"""


def upgrade() -> None:
    executors()
    requisites()
    acts()
    belongings()
    open_to_definer("requisites", "act_close", "act_to_draw")
    definer("due_acts(moment timestamptz)", "SETOF bigint", DUE)


def executors() -> None:
    op.create_table(
        "executor",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 10000", name=op.f("executor_vat_rate_check")),
        sa.PrimaryKeyConstraint("jurisdiction", "valid_from", name=op.f("executor_pkey")),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON executor TO {app_role()}")


def requisites() -> None:
    op.create_table(
        "requisites",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("requisites_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", name=op.f("requisites_pkey")),
    )
    protect("requisites", rights="SELECT, INSERT, UPDATE", seen=BOOKKEEPER)


def acts() -> None:
    numbers = ("total", "vat", "transactions", "segments")
    op.create_table(
        "act",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in numbers),
        sa.Column("vat_rate", sa.Integer(), nullable=True),
        *(
            sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)
            for name in ("lines", "customer", "executor")
        ),
        sa.CheckConstraint("number > 0", name=op.f("act_number_check")),
        sa.CheckConstraint("date_part('day', month) = 1", name=op.f("act_month_check")),
        sa.CheckConstraint("(kind = 1) = (corrects_id IS NULL)", name=op.f("act_corrects_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("act_business_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "corrects_id"], ["act.business_id", "act.id"], name=op.f("act_business_id_corrects_id_fkey")
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("act_pkey")),
        sa.UniqueConstraint("business_id", "year", "number", name=op.f("act_business_id_year_number_key")),
    )
    op.create_index(op.f("act_business_id_corrects_id_idx"), "act", ["business_id", "corrects_id"])
    op.create_index("act_month_key", "act", ["business_id", "month"], unique=True, postgresql_where=sa.text("kind = 1"))
    protect("act", rights="SELECT, INSERT", seen=BOOKKEEPER)
    append_only("act")


def belongings() -> None:
    _of_act(
        "act_file",
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    # PDF is compressed already.
    op.execute("ALTER TABLE act_file ALTER COLUMN content SET STORAGE EXTERNAL")
    protect("act_file", rights="SELECT, INSERT", seen=BOOKKEEPER)
    append_only("act_file")
    _of_act(
        "act_status",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("act_status_user_id_fkey")),
        key=("business_id", "act_id", "id"),
    )
    protect("act_status", rights="SELECT, INSERT", seen=BOOKKEEPER)
    append_only("act_status")
    _of_act("act_to_draw")
    protect("act_to_draw", rights="SELECT, INSERT, UPDATE, DELETE", seen=BOOKKEEPER)
    op.create_table(
        "act_close",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("act_close_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", name=op.f("act_close_pkey")),
    )
    protect("act_close", rights="SELECT, INSERT, UPDATE", seen=BOOKKEEPER)


def _of_act(name: str, *columns: object, key: tuple[str, ...] = ("business_id", "act_id")) -> None:
    """A table of what belongs to an act."""
    op.create_table(
        name,
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["business_id", "act_id"], ["act.business_id", "act.id"], name=op.f(f"{name}_business_id_act_id_fkey")
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"{name}_pkey")),
    )
