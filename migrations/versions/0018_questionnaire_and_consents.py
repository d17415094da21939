"""The questionnaire with its answers; consents and opt-outs; a way for operators to register customers (LP-7, CP-7)."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import definer, open_to_definer, protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BUSINESS = "(SELECT nullif(current_setting('app.business_id', true), '')::bigint)"
WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"
SEES_CUSTOMER = f"({WHOLE_BRAND} OR sees_customer(customer_id))"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    questionnaire()
    answers()
    consents()
    registration()


def questionnaire() -> None:
    op.create_table(
        "questionnaire_field",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("required", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("questionnaire_field_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("questionnaire_field_pkey")),
    )
    op.create_table(
        "questionnaire_choice",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "field_id"],
            ["questionnaire_field.business_id", "questionnaire_field.id"],
            name=op.f("questionnaire_choice_business_id_field_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("questionnaire_choice_pkey")),
    )
    op.create_index(
        op.f("questionnaire_choice_business_id_field_id_position_idx"),
        "questionnaire_choice",
        ["business_id", "field_id", "position"],
    )
    for table in ("questionnaire_field", "questionnaire_choice"):
        protect(table, rights="SELECT, INSERT, UPDATE")


def answers() -> None:
    op.create_table(
        "answer",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("words_key", sa.Text(collation="C"), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("yes", sa.Boolean(), nullable=True),
        sa.Column("choice_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nonnulls(words, number, day, yes, choice_id) = 1", name=op.f("answer_one_value_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("answer_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "field_id"],
            ["questionnaire_field.business_id", "questionnaire_field.id"],
            name=op.f("answer_business_id_field_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "choice_id"],
            ["questionnaire_choice.business_id", "questionnaire_choice.id"],
            name=op.f("answer_business_id_choice_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "customer_id", "field_id", name=op.f("answer_pkey")),
    )
    for value in ("words_key", "number", "day", "yes", "choice_id"):
        # Each holds the answers of one kind alone, so a question costs one entry in one index.
        op.create_index(
            f"answer_{value}_idx",
            "answer",
            ["business_id", "field_id", value, "customer_id"],
            postgresql_where=sa.text(f"{value} IS NOT NULL"),
        )
    protect("answer", rights=ALL, seen=SEES_CUSTOMER)


def consents() -> None:
    op.create_table(
        "consent",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("consent_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("consent_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "customer_id", "kind", name=op.f("consent_pkey")),
    )
    protect("consent", rights=ALL, seen=SEES_CUSTOMER)


def registration() -> None:
    # Who works for a franchisee registers customers of the whole brand, and sees no scope but its own: the rows that
    # list a new customer are written by a function, once, and never for one that is listed already.
    open_to_definer("stats_scope")
    definer(
        "list_customer(customer bigint, programs bigint[], franchisee bigint)",
        "void",
        f"""
        INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
        SELECT s.business_id, s.id, customer, '0001-01-01 00:00+00', '0001-01-01 00:00+00'
        FROM stats_scope s
        WHERE s.business_id = {BUSINESS} AND s.point_of_sale_id IS NULL AND s.terminal_id IS NULL
            AND (s.program_id IS NULL OR s.program_id = ANY (programs))
            AND (s.franchisee_id IS NULL OR s.franchisee_id = franchisee)
            AND NOT EXISTS (SELECT FROM customer_stats l JOIN stats_scope w
                ON w.business_id = l.business_id AND w.id = l.scope_id
                AND num_nonnulls(w.program_id, w.franchisee_id, w.point_of_sale_id, w.terminal_id) = 0
                WHERE l.business_id = {BUSINESS} AND l.customer_id = customer)
        """,
        "VOLATILE",
    )
