"""Keys of forms that nobody can send again are removed."""

from migrations.policies import definer, open_to_definer

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    open_to_definer("form_key")
    # Some at once, so that who sends a form meanwhile waits for nothing long.
    definer(
        "forget_form_keys(before timestamptz)",
        "bigint",
        "WITH gone AS (DELETE FROM form_key WHERE (business_id, key) IN"
        " (SELECT f.business_id, f.key FROM form_key f WHERE f.created_at < before ORDER BY f.created_at LIMIT 10000)"
        " RETURNING 1) SELECT count(*) FROM gone",
        "VOLATILE",
    )
