"""Charges of a kind at a price in the order of time; whom the platform tells that the balance runs low, and when it did
(BI-1, BI-2)."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("charge_listed_idx", "charge", ["business_id", "kind", "rate", "at", "subject"])
