"""A second factor of people, with codes for who lost it; their phones."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import BUSINESS, USER, definer, open_to_definer, protect

revision = "0050"
down_revision = "0048"
branch_labels = None
depends_on = None

OWN = f"user_id = {USER}"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    op.add_column("app_user", sa.Column("phone", sa.Text(), server_default="", nullable=False))
    second_factors()
    recovery_codes()
    # Who has one, for who answers for the users of a business.
    definer(
        "colleagues_with_second_factor()",
        "TABLE (user_id bigint)",
        "SELECT f.user_id FROM second_factor f JOIN membership m ON m.user_id = f.user_id"
        f" WHERE m.business_id = {BUSINESS} AND f.confirmed_at IS NOT NULL",
    )


def second_factors() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("second_factor_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("second_factor_pkey")),
    )
    protect("second_factor", rights=ALL, within=OWN)
    open_to_definer("second_factor")


def recovery_codes() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["second_factor.user_id"], name=op.f("recovery_code_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "number", name=op.f("recovery_code_pkey")),
    )
    protect("recovery_code", rights=ALL, within=OWN)
