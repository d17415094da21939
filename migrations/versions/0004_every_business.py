"""The ids of all businesses, for commands and jobs that go through them one by one."""

from migrations.policies import definer

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    definer("every_business()", "SETOF bigint", "SELECT id FROM business ORDER BY id")
