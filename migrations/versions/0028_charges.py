"""What the platform charges a business: tariffs, charges, their totals, and what messages have reserved (BI-1)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import BUSINESS, USER, app_role, append_only, open_to_definer, protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# Admin and accountant; jobs and commands are nobody.
BOOKKEEPER = (
    f"(SELECT {USER} IS NULL OR EXISTS (SELECT FROM membership m WHERE m.business_id = {BUSINESS}"
    f" AND m.user_id = {USER} AND m.role IN ('admin', 'accountant')))"
)
PLANNED_ONCE = "SET plan_cache_mode = force_generic_plan"


def upgrade() -> None:
    tariffs()
    charges()
    totals()
    reserved()
    functions()


def tariffs() -> None:
    prices = ("monthly_fee", "transaction_price", "sms_price", "viber_price")
    op.create_table(
        "tariff",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(price, sa.BigInteger(), nullable=False) for price in prices),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *(sa.CheckConstraint(f"{price} >= 0", name=op.f(f"tariff_{price}_check")) for price in prices),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("tariff_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("tariff_pkey")),
    )
    protect("tariff", rights="SELECT, INSERT", seen=BOOKKEEPER)
    append_only("tariff")


def charges() -> None:
    _table(
        "charge",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
    )
    op.create_check_constraint(
        op.f("charge_rate_check"), "charge", "CASE WHEN kind < 5 THEN rate <= 0 ELSE rate <> 0 END"
    )
    op.create_index(
        "charge_note_key",
        "charge",
        ["business_id", "kind", "note"],
        unique=True,
        postgresql_where=sa.text("note <> ''"),
    )
    protect("charge", rights="SELECT, INSERT", seen=BOOKKEEPER)
    append_only("charge")


def totals() -> None:
    _table("charge_fresh", sa.Column("day", sa.Date(), nullable=False))
    protect("charge_fresh", rights="SELECT, INSERT, DELETE", seen=BOOKKEEPER)
    op.create_table(
        "charge_total",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("charge_total_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "day", "kind", "rate", name=op.f("charge_total_pkey")),
    )
    protect("charge_total", rights="SELECT, INSERT, UPDATE", seen=BOOKKEEPER)


def reserved() -> None:
    _table(
        "charge_reserved",
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    protect("charge_reserved", rights="SELECT, INSERT, DELETE", seen=BOOKKEEPER)


def functions() -> None:
    # Whatever adds a charge, its total hears of it.
    op.execute(
        f"""CREATE FUNCTION count_charge() RETURNS trigger LANGUAGE plpgsql {PLANNED_ONCE} AS $$
        BEGIN
            INSERT INTO charge_fresh (business_id, kind, subject, day, quantity, rate)
                VALUES (NEW.business_id, NEW.kind, NEW.subject, NEW.day, NEW.quantity, NEW.rate);
            RETURN NULL;
        END $$"""
    )
    op.execute("CREATE TRIGGER counted AFTER INSERT ON charge FOR EACH ROW EXECUTE FUNCTION count_charge()")
    open_to_definer("charge", "charge_fresh", "tariff")
    # Who sells may neither read the tariff nor the charges.
    op.execute(
        f"""CREATE FUNCTION charge_sale(sale bigint, moment timestamptz) RETURNS void
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public {PLANNED_ONCE} AS $$
        BEGIN
            INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate)
                SELECT b.id, 1, sale, moment, (moment AT TIME ZONE b.time_zone)::date, 1, -coalesce((
                    SELECT t.transaction_price FROM tariff t WHERE t.business_id = b.id AND t.valid_from <= moment
                    ORDER BY t.valid_from DESC, t.id DESC LIMIT 1), 0)
                FROM business b WHERE b.id = nullif(current_setting('app.business_id', true), '')::bigint;
            IF NOT FOUND THEN RAISE EXCEPTION 'a sale of no business is charged to nobody'; END IF;
        END $$"""
    )
    op.execute("REVOKE ALL ON FUNCTION charge_sale FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION charge_sale TO {app_role()}")


def _table(name: str, *columns: sa.Column[object]) -> None:
    """A table of single things that are charged."""
    op.create_table(
        name,
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f(f"{name}_quantity_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f(f"{name}_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "kind", "subject", name=op.f(f"{name}_pkey")),
    )
