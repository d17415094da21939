"""Who makes a request is asked of a plan made once a connection again: 0027 made the function anew, without that."""

from alembic import op

revision = "0032"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER FUNCTION session_identity(bytea) SET plan_cache_mode = force_generic_plan")
