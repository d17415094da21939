"""Who makes a request is asked of a plan made once a connection again: 0027 made the function anew, without that.

Sales and movements are added up out of indexes alone, which is quick where rows are known to be visible to all: a
vacuum notes that. By default it comes once a fifth of a table is new, which is years of sales; now a hundredth.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER FUNCTION session_identity(bytea) SET plan_cache_mode = force_generic_plan")
    for table in ("transaction", "ledger_entry", "message"):
        op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_insert_scale_factor = 0.01)")
