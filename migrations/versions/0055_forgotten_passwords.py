"""Letters about passwords, of no business: the link for who forgot its own, and that it was changed by one."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import BUSINESS, USER, protect

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

# Nobody works in a business meanwhile; a person sees what is written to itself, and jobs are nobody.
OUTSIDE = f"{BUSINESS} IS NULL AND ({USER} IS NULL OR email = (SELECT u.email FROM app_user u WHERE u.id = {USER}))"


def upgrade() -> None:
    op.create_table(
        "password_letter",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('link', 'changed')", name=op.f("password_letter_kind_check")),
        sa.PrimaryKeyConstraint("email", "kind", name=op.f("password_letter_pkey")),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("password_letter_due_idx", "password_letter", ["due_at"], postgresql_where=due)
    op.create_index(op.f("password_letter_asked_at_idx"), "password_letter", ["asked_at"])
    protect("password_letter", rights="SELECT, INSERT, UPDATE, DELETE", within=OUTSIDE)
