"""Functions that run as the owner see programs: 0065 tells callers of the API their default one, which they could not."""

from alembic import op

from migrations.policies import open_to_definer

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    open_to_definer("program")


def downgrade() -> None:
    op.execute("DROP POLICY definer ON program")
