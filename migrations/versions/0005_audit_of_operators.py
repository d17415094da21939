"""Location operators add to the audit log: their lines follow from the newest, which they cannot read (PR-4)."""

from alembic import op

from migrations.policies import BUSINESS, IN_BUSINESS, USER, WHOLE_BRAND, definer, open_to_definer

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Who adds a line gets its id back, for which the line must be seen by who added it.
    op.execute(f"ALTER POLICY reading ON audit_entry USING ({IN_BUSINESS} AND ({WHOLE_BRAND} OR user_id = {USER}))")
    open_to_definer("audit_entry")
    definer(
        "newest_audit_hash()",
        "bytea",
        f"SELECT e.hash FROM audit_entry e WHERE e.business_id = {BUSINESS} ORDER BY e.id DESC LIMIT 1",
    )
