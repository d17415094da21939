"""News, and the points of sale that publish them (LP-9)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import BUSINESS, FRANCHISEE, IN_BUSINESS, protect

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# As in 0009: a boolean out of a subquery, and the franchisee's places as one list that is read once.
WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"
PLACES = "(SELECT string_to_array(nullif(current_setting('app.places', true), ''), ',')::bigint[])::bigint[]"
AT_OWN_PLACE = f"({WHOLE_BRAND} OR coalesce(point_of_sale_id = ANY ({PLACES}), false))"
OF_OWN_NEWS = (
    f"({WHOLE_BRAND} OR news_id IN (SELECT n.id FROM news n WHERE n.business_id = {BUSINESS}"
    f" AND n.franchisee_id = {FRANCHISEE}))"
)


def upgrade() -> None:
    news()
    places()


def news() -> None:
    op.create_table(
        "news",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("franchisee_id", sa.BigInteger(), nullable=True),
        sa.Column("titles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("picture_id", sa.BigInteger(), nullable=True),
        sa.Column("published", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("news_days_check")),
        sa.CheckConstraint("titles <> '{}'", name=op.f("news_titles_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("news_business_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "franchisee_id"],
            ["franchisee.business_id", "franchisee.id"],
            name=op.f("news_business_id_franchisee_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "picture_id"],
            ["picture.business_id", "picture.id"],
            name=op.f("news_business_id_picture_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("news_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("news_pkey")),
    )
    op.create_index(op.f("news_business_id_first_day_id_idx"), "news", ["business_id", "first_day", "id"])
    op.create_index(op.f("news_business_id_picture_id_idx"), "news", ["business_id", "picture_id"])
    # An operator of a franchisee writes its own alone, and reads the brand's too.
    protect(
        "news",
        rights="SELECT, INSERT, UPDATE",
        within=f"{IN_BUSINESS} AND ({WHOLE_BRAND} OR franchisee_id = {FRANCHISEE})",
    )
    op.execute(f"CREATE POLICY of_brand ON news FOR SELECT USING ({IN_BUSINESS} AND franchisee_id IS NULL)")


def places() -> None:
    op.create_table(
        "news_place",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("news_id", sa.BigInteger(), nullable=False),
        sa.Column("point_of_sale_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "news_id"],
            ["news.business_id", "news.id"],
            name=op.f("news_place_business_id_news_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("news_place_business_id_point_of_sale_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "news_id", "point_of_sale_id", name=op.f("news_place_pkey")),
    )
    op.create_index(
        op.f("news_place_business_id_point_of_sale_id_news_id_idx"),
        "news_place",
        ["business_id", "point_of_sale_id", "news_id"],
    )
    protect("news_place", rights="SELECT, INSERT, DELETE", within=f"{IN_BUSINESS} AND {AT_OWN_PLACE} AND {OF_OWN_NEWS}")
    op.execute(f"CREATE POLICY at_own_place ON news_place FOR SELECT USING ({IN_BUSINESS} AND {AT_OWN_PLACE})")
