"""Who holds a session's token may end that session, whoever's it is: signing in over it does (PR-5)."""

from migrations.policies import definer

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    definer("end_session(hash bytea)", "void", "DELETE FROM user_session WHERE token_hash = hash", "VOLATILE")
