"""The log of all transactions, filtered out of indexes however rare what fits is, and summed up out of one (TL-1).

Within a program or a Terminal, each kind, source and status is a stretch in the order of time: a page is the newest
of the stretches that are asked for. What the sums and the report need lies beside the order of time itself.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

AT = "transaction_business_id_at_id_idx"
CLASS = ["kind", "source", "status", "at", "id"]


def upgrade() -> None:
    op.drop_index(AT, "transaction")
    op.create_index(
        AT,
        "transaction",
        ["business_id", "at", "id"],
        postgresql_include=[
            *("program_id", "point_of_sale_id", "terminal_id", "kind", "source", "status"),
            *("gross", "discount", "points_paid", "account_paid", "points_earned"),
        ],
    )
    op.create_index(
        "transaction_of_program_idx",
        "transaction",
        ["business_id", "program_id", *CLASS],
        postgresql_include=["point_of_sale_id"],
    )
    op.create_index(
        "transaction_of_terminal_idx",
        "transaction",
        ["business_id", "terminal_id", *CLASS],
        postgresql_include=["program_id", "point_of_sale_id"],
    )
