"""Invited and disabled users, a second factor that a business demands, its languages, logo and name in letters."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import BUSINESS, WHOLE_BRAND, definer, protect

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    business()
    membership()
    invitations()
    sessions()


def business() -> None:
    for column in (
        sa.Column("second_factor_required", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default="{uk,en,ru}", nullable=False),
        sa.Column("mail_sender", sa.Text(), server_default="", nullable=False),
        sa.Column("logo_id", sa.BigInteger(), nullable=True),
    ):
        op.add_column("business", column)
    op.create_check_constraint(op.f("business_languages_check"), "business", "cardinality(languages) > 0")
    op.create_foreign_key(
        op.f("business_id_logo_id_fkey"), "business", "picture", ["id", "logo_id"], ["business_id", "id"]
    )


def membership() -> None:
    op.add_column("membership", sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    # Sign-in, the switch of businesses, Terminals and their codes all ask by functions that run as the owner: to none
    # of them a disabled member is one. Colleagues still see whose name stands in the audit log.
    op.execute(
        "CREATE POLICY enabled ON membership AS RESTRICTIVE FOR SELECT TO CURRENT_USER USING (disabled_at IS NULL)"
    )


def invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("franchisee_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("serial", sa.Integer(), server_default="1", nullable=False),
        sa.Column("invited_by_id", sa.BigInteger(), nullable=True),
        sa.Column("mail_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_fault", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(role = 'location_operator') = (franchisee_id IS NOT NULL)", name=op.f("invitation_franchisee_check")
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'brand_operator', 'location_operator', 'accountant', 'salesperson')",
            name=op.f("invitation_role_check"),
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("invitation_business_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "franchisee_id"],
            ["franchisee.business_id", "franchisee.id"],
            name=op.f("invitation_business_id_franchisee_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["invited_by_id"], ["app_user.id"], name=op.f("invitation_invited_by_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("invitation_pkey")),
    )
    op.create_index(
        "invitation_open_key",
        "invitation",
        ["business_id", "email"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    protect("invitation", rights="SELECT, INSERT, UPDATE", seen=WHOLE_BRAND)


def sessions() -> None:
    mine = f"business_id = {BUSINESS}"
    definer(
        "colleague_sessions()",
        "TABLE (user_id bigint, number bigint, last_seen_at timestamptz)",
        f"SELECT s.user_id, count(*), max(s.last_seen_at) FROM user_session s WHERE s.{mine} AND"
        " s.created_at > now() - interval '12 hours' AND (s.terminal_id IS NOT NULL OR"
        " s.last_seen_at > now() - interval '30 minutes') GROUP BY s.user_id",
    )
    definer(
        "end_colleague_sessions(person bigint)",
        "bigint",
        f"WITH gone AS (DELETE FROM user_session WHERE user_id = person AND {mine} RETURNING 1)"
        " SELECT count(*) FROM gone",
        "VOLATILE",
    )
