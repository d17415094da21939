"""A business's colour, the address where people find it, and the one at which customers reach its pages."""

import sqlalchemy as sa
from alembic import op

from migrations.policies import definer

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("colour", "address", "web_address"):
        op.add_column("business", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(op.f("business_colour_check"), "business", "colour ~ '^(#[0-9a-f]{6})?$'")
    named = sa.text("web_address <> ''")
    op.create_index("business_web_address_key", "business", ["web_address"], unique=True, postgresql_where=named)
    definer(
        "business_at(asked text)",
        "text",
        "SELECT b.slug FROM business b WHERE b.web_address = asked AND asked <> ''",
    )
