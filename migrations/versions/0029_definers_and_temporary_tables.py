"""Functions that run as the owner look into temporary tables last, where unsaid they would look first.

Else the caller's table of the same name would be read in place of ours, or a view of it be run with the owner's rights.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

DEFINERS = "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"


def upgrade() -> None:
    for function in op.get_bind().scalars(sa.text(DEFINERS)).all():
        op.execute(f"ALTER FUNCTION {function} SET search_path = pg_catalog, public, pg_temp")
