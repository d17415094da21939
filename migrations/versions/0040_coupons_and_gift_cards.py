"""Coupon series and coupons, gift cards, and how many coupons and offers each customer holds (LP-8, CP-5, CT-1)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import BUSINESS, append_only, definer, open_to_definer, protect

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# As in 0009: a boolean out of a subquery, and the franchisee's places as one list that is read once.
WHOLE_BRAND = "(SELECT nullif(current_setting('app.franchisee_id', true), '') IS NULL)"
PLACES = "(SELECT string_to_array(nullif(current_setting('app.places', true), ''), ',')::bigint[])::bigint[]"
NOT_ELSEWHERE = f"(used_point_of_sale_id IS NULL OR coalesce(used_point_of_sale_id = ANY ({PLACES}), false))"
OPEN = sa.text("redeemed_at IS NULL AND removed_at IS NULL AND lapsed_at IS NULL")
MOST_GUESSES, PAUSE = 20, "interval '10 minutes'"


def upgrade() -> None:
    coupon_series()
    coupon()
    gift_card()
    gift_card_entry()
    customer_holding()
    code_guess()
    offers()
    existing_rows()
    walls()
    functions()


def coupon_series() -> None:
    op.create_table(
        "coupon_series",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("public_titles", postgresql.JSONB(), nullable=False),
        sa.Column("descriptions", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("good_id", sa.BigInteger(), nullable=True),
        sa.Column("least_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("number_limit", sa.Integer(), nullable=True),
        sa.Column("customer_limit", sa.Integer(), nullable=True),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("issued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("issue_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issue_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_kind", sa.Text(), server_default="unique", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("code_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(code_kind = 'shared') = (code_key <> '')", name=op.f("coupon_series_code_check")),
        sa.CheckConstraint("(kind = 'good') = (good_id IS NOT NULL)", name=op.f("coupon_series_good_check")),
        sa.CheckConstraint(
            "CASE kind WHEN 'good' THEN value = 0 ELSE value > 0 END", name=op.f("coupon_series_value_check")
        ),
        sa.CheckConstraint("code_kind IN ('unique', 'shared')", name=op.f("coupon_series_code_kind_check")),
        sa.CheckConstraint("kind <> 'percent' OR value <= 10000", name=op.f("coupon_series_percent_check")),
        sa.CheckConstraint("kind IN ('percent', 'amount', 'good', 'points')", name=op.f("coupon_series_kind_check")),
        sa.CheckConstraint("customer_limit > 0", name=op.f("coupon_series_customer_limit_check")),
        sa.CheckConstraint("issue_to > issue_from", name=op.f("coupon_series_emission_check")),
        sa.CheckConstraint(
            "issued >= 0 AND reserved >= 0 AND used BETWEEN 0 AND issued", name=op.f("coupon_series_numbers_check")
        ),
        sa.CheckConstraint("least_amount >= 0", name=op.f("coupon_series_least_amount_check")),
        sa.CheckConstraint(
            "number_limit >= issued + reserved AND number_limit > 0", name=op.f("coupon_series_number_limit_check")
        ),
        sa.CheckConstraint("valid_days > 0", name=op.f("coupon_series_valid_days_check")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("coupon_series_validity_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "good_id"],
            ["good.business_id", "good.id"],
            name=op.f("coupon_series_business_id_good_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("coupon_series_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("coupon_series_pkey")),
    )
    op.create_index(
        "coupon_series_code_key",
        "coupon_series",
        ["business_id", "code_key"],
        unique=True,
        postgresql_where=sa.text("code_key <> ''"),
    )


def coupon() -> None:
    op.create_table(
        "coupon",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("bearer", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("code_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("status", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issue_key", sa.Text(), nullable=False),
        sa.Column("source_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_point_of_sale_id", sa.BigInteger(), nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(customer_id IS NULL) = (holder_id IS NULL)", name=op.f("coupon_holder_check")),
        sa.CheckConstraint("(status = 2) = (used_at IS NOT NULL)", name=op.f("coupon_used_check")),
        sa.CheckConstraint("(status = 4) = (removed_at IS NOT NULL)", name=op.f("coupon_removed_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("coupon_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "holder_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("coupon_business_id_holder_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "series_id"],
            ["coupon_series.business_id", "coupon_series.id"],
            name=op.f("coupon_business_id_series_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "source_transaction_id"],
            ["transaction.business_id", "transaction.id"],
            name=op.f("coupon_business_id_source_transaction_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "transaction_id"],
            ["transaction.business_id", "transaction.id"],
            name=op.f("coupon_business_id_transaction_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "used_point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("coupon_business_id_used_point_of_sale_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("coupon_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("coupon_pkey")),
        sa.UniqueConstraint("business_id", "issue_key", name=op.f("coupon_business_id_issue_key_key")),
    )
    op.create_index(
        op.f("coupon_business_id_holder_id_issued_at_id_idx"), "coupon", ["business_id", "holder_id", "issued_at", "id"]
    )
    op.create_index(
        op.f("coupon_business_id_series_id_status_id_idx"), "coupon", ["business_id", "series_id", "status", "id"]
    )
    op.create_index(
        "coupon_code_key",
        "coupon",
        ["business_id", "code_key"],
        unique=True,
        postgresql_where=sa.text("code_key <> ''"),
    )
    op.create_index(
        "coupon_expiry_idx",
        "coupon",
        ["business_id", "expires_at", "id"],
        postgresql_where=sa.text("status = 1 AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "coupon_held_idx", "coupon", ["business_id", "series_id", "holder_id"], postgresql_where=sa.text("status = 1")
    )
    op.create_index(
        "coupon_source_transaction_idx",
        "coupon",
        ["business_id", "source_transaction_id"],
        postgresql_where=sa.text("source_transaction_id IS NOT NULL"),
    )
    op.create_index(
        "coupon_transaction_idx",
        "coupon",
        ["business_id", "transaction_id"],
        postgresql_where=sa.text("transaction_id IS NOT NULL"),
    )


def gift_card() -> None:
    op.create_table(
        "gift_card",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_key", sa.Text(collation="C"), nullable=False),
        sa.Column("initial", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("balance BETWEEN 0 AND initial", name=op.f("gift_card_balance_check")),
        sa.CheckConstraint("initial > 0", name=op.f("gift_card_initial_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("gift_card_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("gift_card_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("gift_card_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("gift_card_pkey")),
        sa.UniqueConstraint("business_id", "code_key", name=op.f("gift_card_business_id_code_key_key")),
    )
    op.create_index(op.f("gift_card_business_id_sold_at_id_idx"), "gift_card", ["business_id", "sold_at", "id"])
    op.create_index(
        "gift_card_customer_idx",
        "gift_card",
        ["business_id", "customer_id"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )


def gift_card_entry() -> None:
    op.create_table(
        "gift_card_entry",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("point_of_sale_id", sa.BigInteger(), nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount <> 0", name=op.f("gift_card_entry_amount_check")),
        sa.CheckConstraint("balance_after >= 0", name=op.f("gift_card_entry_balance_after_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "card_id"],
            ["gift_card.business_id", "gift_card.id"],
            name=op.f("gift_card_entry_business_id_card_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("gift_card_entry_business_id_point_of_sale_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "reverses_id"],
            ["gift_card_entry.business_id", "gift_card_entry.id"],
            name=op.f("gift_card_entry_business_id_reverses_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "transaction_id"],
            ["transaction.business_id", "transaction.id"],
            name=op.f("gift_card_entry_business_id_transaction_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("gift_card_entry_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("gift_card_entry_pkey")),
        sa.UniqueConstraint("business_id", "key", name=op.f("gift_card_entry_business_id_key_key")),
    )
    op.create_index(
        op.f("gift_card_entry_business_id_card_id_id_idx"), "gift_card_entry", ["business_id", "card_id", "id"]
    )
    op.create_index(
        "gift_card_entry_transaction_idx",
        "gift_card_entry",
        ["business_id", "transaction_id"],
        postgresql_where=sa.text("transaction_id IS NOT NULL"),
    )


def customer_holding() -> None:
    op.create_table(
        "customer_holding",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("coupons", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offers", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("coupons >= 0", name=op.f("customer_holding_coupons_check")),
        sa.CheckConstraint("offers >= 0", name=op.f("customer_holding_offers_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("customer_holding_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "customer_id", name=op.f("customer_holding_pkey")),
    )
    op.create_index(
        op.f("customer_holding_business_id_coupons_customer_id_idx"),
        "customer_holding",
        ["business_id", "coupons", "customer_id"],
    )
    op.create_index(
        op.f("customer_holding_business_id_offers_customer_id_idx"),
        "customer_holding",
        ["business_id", "offers", "customer_id"],
    )


def code_guess() -> None:
    op.create_table(
        "code_guess",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("terminal_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "terminal_id"],
            ["terminal.business_id", "terminal.id"],
            name=op.f("code_guess_business_id_terminal_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "terminal_id", name=op.f("code_guess_pkey")),
    )


def offers() -> None:
    op.add_column("offer", sa.Column("public_titles", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("offer", sa.Column("texts", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("offer", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("customer_offer", sa.Column("holder_id", sa.BigInteger(), nullable=True))
    op.add_column("customer_offer", sa.Column("give_key", sa.Text(), nullable=True))
    op.add_column("customer_offer", sa.Column("transaction_id", sa.BigInteger(), nullable=True))
    op.add_column("customer_offer", sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index(op.f("customer_offer_business_id_customer_id_given_at_id_idx"), "customer_offer")
    op.drop_index(op.f("customer_offer_business_id_offer_id_customer_id_idx"), "customer_offer")
    op.drop_index("customer_offer_open_key", "customer_offer")
    op.create_index(
        "customer_offer_open_key",
        "customer_offer",
        ["business_id", "customer_id", "offer_id"],
        unique=True,
        postgresql_where=OPEN,
    )
    op.create_index(
        op.f("customer_offer_business_id_holder_id_given_at_id_idx"),
        "customer_offer",
        ["business_id", "holder_id", "given_at", "id"],
    )
    op.create_index(
        "customer_offer_held_idx", "customer_offer", ["business_id", "offer_id", "holder_id"], postgresql_where=OPEN
    )
    op.create_index(
        "customer_offer_transaction_idx",
        "customer_offer",
        ["business_id", "transaction_id"],
        postgresql_where=sa.text("transaction_id IS NOT NULL"),
    )
    op.create_unique_constraint(
        op.f("customer_offer_business_id_give_key_key"), "customer_offer", ["business_id", "give_key"]
    )
    for table, column in (("transaction", "transaction_id"), ("customer", "holder_id")):
        op.create_foreign_key(
            op.f(f"customer_offer_business_id_{column}_fkey"),
            "customer_offer",
            table,
            ["business_id", column],
            ["business_id", "id"],
        )
    op.drop_constraint(op.f("customer_offer_fate_check"), "customer_offer")
    op.create_check_constraint(
        op.f("customer_offer_fate_check"), "customer_offer", "num_nonnulls(redeemed_at, removed_at, lapsed_at) <= 1"
    )


def existing_rows() -> None:
    """What stands already, of all businesses: the owner is let past its own walls meanwhile."""
    tables = ("offer", "customer_offer", "customer")
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE offer SET public_titles = jsonb_build_object('en', title),"
        " texts = CASE text WHEN '' THEN '{}' ELSE jsonb_build_object('en', text) END"
    )
    op.drop_column("offer", "text")
    op.execute(
        "UPDATE customer_offer o SET holder_id = coalesce(f.survivor_id, o.customer_id) FROM ("
        f"{SURVIVORS}) f WHERE f.business_id = o.business_id AND f.id = o.customer_id"
    )
    op.execute("UPDATE customer_offer SET holder_id = customer_id WHERE holder_id IS NULL")
    op.execute(
        "UPDATE customer_offer o SET lapsed_at = now() FROM offer f WHERE f.business_id = o.business_id"
        " AND f.id = o.offer_id AND f.ends_at <= now() AND redeemed_at IS NULL AND removed_at IS NULL"
    )
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.alter_column("customer_offer", "holder_id", nullable=False)
    op.execute(
        "INSERT INTO customer_holding (business_id, customer_id, offers)"
        " SELECT c.business_id, c.id, count(o.id) FROM customer c LEFT JOIN customer_offer o"
        " ON o.business_id = c.business_id AND o.holder_id = c.id"
        " AND o.redeemed_at IS NULL AND o.removed_at IS NULL AND o.lapsed_at IS NULL GROUP BY 1, 2"
    )
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


SURVIVORS = """
    WITH RECURSIVE record AS (
        SELECT business_id, id, merged_into_id AS survivor_id FROM customer WHERE merged_into_id IS NOT NULL
        UNION ALL
        SELECT r.business_id, r.id, c.merged_into_id FROM record r JOIN customer c
            ON c.business_id = r.business_id AND c.id = r.survivor_id WHERE c.merged_into_id IS NOT NULL
    )
    SELECT r.business_id, r.id, r.survivor_id FROM record r JOIN customer c
        ON c.business_id = r.business_id AND c.id = r.survivor_id WHERE c.merged_into_id IS NULL
"""


def walls() -> None:
    """Series and offers are the brand's, and read by all; gift cards are its money, and not the locations' matter."""
    protect("coupon_series", rights="SELECT, INSERT, UPDATE")
    protect(
        "coupon",
        rights="SELECT, INSERT, UPDATE",
        seen=f"({WHOLE_BRAND} OR {NOT_ELSEWHERE} AND sees_customer(holder_id))",
    )
    protect("gift_card", rights="SELECT, INSERT, UPDATE", seen=WHOLE_BRAND)
    protect("gift_card_entry", rights="SELECT, INSERT", seen=WHOLE_BRAND)
    append_only("gift_card_entry")
    protect("customer_holding", rights="SELECT, INSERT, UPDATE", seen=f"({WHOLE_BRAND} OR sees_customer(customer_id))")
    protect("code_guess", rights="SELECT, INSERT, UPDATE", seen=WHOLE_BRAND)
    open_to_definer("coupon", "code_guess")


def functions() -> None:
    # A try is counted on its own, before anything is compared; the row makes tries at a Terminal wait for each other.
    definer(
        "take_code_try(business bigint, terminal bigint)",
        "bigint",
        f"""
        INSERT INTO code_guess AS g (business_id, terminal_id, since, tries) VALUES (business, terminal, now(), 1)
        ON CONFLICT (business_id, terminal_id) DO UPDATE SET
            tries = CASE WHEN g.since < now() - {PAUSE} THEN 1 ELSE g.tries + 1 END,
            since = CASE WHEN g.since < now() - {PAUSE} THEN now() ELSE g.since END
        WHERE g.tries < {MOST_GUESSES} OR g.since < now() - {PAUSE}
        RETURNING tries::bigint
        """,
        "VOLATILE",
    )
    definer(
        "give_code_try_back(business bigint, terminal bigint)",
        "bigint",
        "UPDATE code_guess SET tries = tries - 1 WHERE business_id = business AND terminal_id = terminal"
        " AND tries > 0 RETURNING tries::bigint",
        "VOLATILE",
    )
    # By a function, as what was used elsewhere counts too, and is hidden from a location operator.
    definer(
        "coupons_had(series bigint, holders bigint[])",
        "TABLE (holder_id bigint, had bigint)",
        f"SELECT c.holder_id, count(*) FROM coupon c WHERE c.business_id = {BUSINESS} AND c.series_id = series"
        " AND c.holder_id = ANY (holders) AND c.status <> 4 GROUP BY c.holder_id",
    )
