"""All messages, filtered out of indexes however rare what fits is, and those that nobody has opened yet (MS-1).

As in the log of transactions, each direction, channel, kind and status is a stretch in the order of time, and a page
is the newest of the stretches that are asked for.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

SEEN_BY = ["point_of_sale_id", "customer_id"]


def upgrade() -> None:
    op.create_index(
        "message_of_sort_idx",
        "message",
        ["business_id", "direction", "channel", "kind", "status", "created_at", "id"],
        postgresql_include=SEEN_BY,
    )
    op.create_index(
        "message_unread_idx",
        "message",
        ["business_id", "created_at", "id"],
        postgresql_include=SEEN_BY,
        postgresql_where="direction = 2 AND read_at IS NULL",
    )
