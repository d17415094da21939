"""A location operator sees which lots an entry took from where it sees the entry, and nowhere else (PR-3)."""

from alembic import op

from migrations.policies import BUSINESS, IN_BUSINESS, WHOLE_BRAND

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    entry = f"EXISTS (SELECT FROM ledger_entry e WHERE e.business_id = {BUSINESS} AND e.id = entry_id)"
    op.execute(f"ALTER POLICY reading ON lot_use USING ({IN_BUSINESS} AND ({WHOLE_BRAND} OR {entry}))")
