"""A customer's history, filtered and summed up out of indexes alone, however long it is."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ENTRIES = "ledger_entry_business_id_customer_id_at_id_idx"
TRANSACTIONS = "transaction_business_id_customer_id_at_id_idx"
KEY = ["business_id", "customer_id", "at", "id"]


def upgrade() -> None:
    op.drop_index(ENTRIES, "ledger_entry")
    op.create_index(
        ENTRIES, "ledger_entry", KEY, postgresql_include=["point_of_sale_id", "wallet_id", "kind", "amount"]
    )
    op.drop_index(TRANSACTIONS, "transaction")
    op.create_index(
        TRANSACTIONS,
        "transaction",
        KEY,
        postgresql_include=[
            *("point_of_sale_id", "kind", "status", "gross", "discount", "points_paid", "points_earned"),
        ],
    )
    # What the figures of sales do not count: cancelled sales, and credits by hand.
    op.execute(
        "CREATE INDEX transaction_uncounted_idx ON transaction (business_id, customer_id) INCLUDE (point_of_sale_id)"
        " WHERE (kind <> 1 OR status <> 1)"
    )
