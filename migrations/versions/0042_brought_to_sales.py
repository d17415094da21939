"""What customers bring to a sale, and what they are given with it: coupons, offers, gift cards, gifts (TE-4, LP-8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

OF_CUSTOMER = ("customer_id", ["point_of_sale_id", "kind", "status", "gross", "discount", "points_paid"])
OF_LOG = (
    "",
    [
        *("program_id", "point_of_sale_id", "terminal_id", "kind", "source", "status"),
        *("gross", "discount", "points_paid", "account_paid"),
    ],
)


def upgrade() -> None:
    op.add_column("open_sale", sa.Column("brought", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("transaction", sa.Column("extras", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("transaction", sa.Column("points_for_offers", sa.BigInteger(), server_default="0", nullable=False))
    for owner, included in (OF_CUSTOMER, OF_LOG):
        columns = ["business_id", *filter(None, [owner]), "at", "id"]
        name = op.f(f"transaction_{'_'.join(columns)}_idx")
        op.drop_index(name, "transaction")
        op.create_index(
            name, "transaction", columns, postgresql_include=[*included, "points_for_offers", "points_earned"]
        )
