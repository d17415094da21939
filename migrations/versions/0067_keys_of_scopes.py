"""Scopes are found by keys: a sale asked each of its business whether it belonged there (PERFORMANCE)."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

PLACE = (
    "CASE WHEN terminal_id IS NOT NULL THEN terminal_id * 4 + 3 WHEN point_of_sale_id IS NOT NULL"
    " THEN point_of_sale_id * 4 + 2 WHEN franchisee_id IS NOT NULL THEN franchisee_id * 4 + 1 ELSE 0 END"
)


def upgrade() -> None:
    op.add_column("stats_scope", _key("program_key", "coalesce(program_id, 0)"))
    op.add_column("stats_scope", _key("place_key", PLACE))
    name = op.f("stats_scope_business_id_place_key_program_key_idx")
    op.create_index(name, "stats_scope", ["business_id", "place_key", "program_key"])


def downgrade() -> None:
    op.drop_column("stats_scope", "place_key")
    op.drop_column("stats_scope", "program_key")


def _key(name: str, words: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.Computed(words, persisted=True), nullable=False)
