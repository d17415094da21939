"""The core schema: businesses, users, customers, transactions, ledger, figures by scope, audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("theme", sa.Text(), server_default="system", nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("app_user_pkey")),
        sa.UniqueConstraint("email", name=op.f("app_user_email_key")),
    )
    op.create_table(
        "business",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("business_pkey")),
        sa.UniqueConstraint("slug", name=op.f("business_slug_key")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("sign_in_failure_pkey")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("audit_entry_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("audit_entry_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("audit_entry_pkey")),
    )
    op.create_index(
        op.f("audit_entry_business_id_subject_kind_subject_id_id_idx"),
        "audit_entry",
        ["business_id", "subject_kind", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "form_key",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("form_key_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("form_key_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "key", name=op.f("form_key_pkey")),
    )
    op.create_index(op.f("form_key_created_at_idx"), "form_key", ["created_at"], unique=False)
    op.create_table(
        "franchisee",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("franchisee_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("franchisee_pkey")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("saved_filter_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "key", name=op.f("saved_filter_pkey")),
    )
    op.create_table(
        "table_settings",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("density", sa.Text(), server_default="comfortable", nullable=False),
        sa.CheckConstraint("density IN ('comfortable', 'compact')", name=op.f("table_settings_density_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("table_settings_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("table_settings_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "user_id", "table_name", name=op.f("table_settings_pkey")),
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("business_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("agent", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("user_session_business_id_fkey")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("user_session_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("user_session_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("user_session_token_hash_key")),
    )
    op.create_index(op.f("user_session_last_seen_at_idx"), "user_session", ["last_seen_at"], unique=False)
    op.create_index(op.f("user_session_user_id_idx"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "wallet",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('points', 'money')", name=op.f("wallet_kind_check")),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("wallet_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("wallet_pkey")),
    )
    op.create_table(
        "audit_value",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("new", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "entry_id"],
            ["audit_entry.business_id", "audit_entry.id"],
            name=op.f("audit_value_business_id_entry_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "entry_id", "field", name=op.f("audit_value_pkey")),
    )
    op.create_table(
        "membership",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("franchisee_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(role = 'location_operator') = (franchisee_id IS NOT NULL)",
            name=op.f("membership_franchisee_check"),
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'brand_operator', 'location_operator', 'accountant', 'salesperson')",
            name=op.f("membership_role_check"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "franchisee_id"],
            ["franchisee.business_id", "franchisee.id"],
            name=op.f("membership_business_id_franchisee_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("membership_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("membership_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "user_id", name=op.f("membership_pkey")),
    )
    op.create_index(op.f("membership_user_id_idx"), "membership", ["user_id"], unique=False)
    op.create_table(
        "point_of_sale",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("franchisee_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("published", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "franchisee_id"],
            ["franchisee.business_id", "franchisee.id"],
            name=op.f("point_of_sale_business_id_franchisee_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("point_of_sale_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("point_of_sale_pkey")),
    )
    op.create_index(
        op.f("point_of_sale_business_id_franchisee_id_idx"),
        "point_of_sale",
        ["business_id", "franchisee_id"],
        unique=False,
    )
    op.create_table(
        "program",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("public_names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("wallet_id", sa.BigInteger(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("default_access", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "wallet_id"],
            ["wallet.business_id", "wallet.id"],
            name=op.f("program_business_id_wallet_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("program_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("program_pkey")),
    )
    op.create_index(
        "program_default_key", "program", ["business_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "category",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("position", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "program_id"],
            ["program.business_id", "program.id"],
            name=op.f("category_business_id_program_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("category_pkey")),
        sa.UniqueConstraint("business_id", "program_id", "name", name=op.f("category_business_id_program_id_name_key")),
    )
    op.create_index(
        "category_default_key",
        "category",
        ["business_id", "program_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "customer",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("first_name_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("last_name_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("email", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_point_of_sale_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("app_installed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("card_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("tag_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "merged_into_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("customer_business_id_merged_into_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "registered_point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("customer_business_id_registered_point_of_sale_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("customer_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("customer_pkey")),
    )
    op.create_index(
        op.f("customer_business_id_app_installed_id_idx"),
        "customer",
        ["business_id", "app_installed", "id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_business_id_card_count_id_idx"),
        "customer",
        ["business_id", "card_count", "id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_business_id_confirmed_id_idx"),
        "customer",
        ["business_id", "confirmed", "id"],
        unique=False,
    )
    op.create_index(op.f("customer_business_id_email_id_idx"), "customer", ["business_id", "email", "id"], unique=False)
    op.create_index(
        op.f("customer_business_id_first_name_key_id_idx"),
        "customer",
        ["business_id", "first_name_key", "id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_business_id_last_name_key_id_idx"),
        "customer",
        ["business_id", "last_name_key", "id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_business_id_name_key_id_idx"),
        "customer",
        ["business_id", "name_key", "id"],
        unique=False,
    )
    op.create_index(op.f("customer_business_id_phone_id_idx"), "customer", ["business_id", "phone", "id"], unique=False)
    op.create_index(
        op.f("customer_business_id_registered_at_id_idx"),
        "customer",
        ["business_id", "registered_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_business_id_tag_count_id_idx"),
        "customer",
        ["business_id", "tag_count", "id"],
        unique=False,
    )
    op.create_index(
        "customer_phone_key",
        "customer",
        ["business_id", "phone"],
        unique=True,
        postgresql_where=sa.text("phone <> ''"),
    )
    op.create_index(
        "customer_registered_place_idx",
        "customer",
        ["business_id", "registered_point_of_sale_id", "id"],
        unique=False,
    )
    op.create_table(
        "program_account",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=False),
        sa.Column("wallet_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "program_id"],
            ["program.business_id", "program.id"],
            name=op.f("program_account_business_id_program_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "wallet_id"],
            ["wallet.business_id", "wallet.id"],
            name=op.f("program_account_business_id_wallet_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "program_id", "wallet_id", name=op.f("program_account_pkey")),
    )
    op.create_table(
        "terminal",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_of_sale_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("terminal_business_id_point_of_sale_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("terminal_pkey")),
    )
    op.create_index(
        op.f("terminal_business_id_point_of_sale_id_idx"),
        "terminal",
        ["business_id", "point_of_sale_id"],
        unique=False,
    )
    op.create_table(
        "balance",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("wallet_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expiring_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expiring", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("balance_amount_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("balance_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "wallet_id"],
            ["wallet.business_id", "wallet.id"],
            name=op.f("balance_business_id_wallet_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "wallet_id", "customer_id", name=op.f("balance_pkey")),
    )
    op.create_index(
        op.f("balance_business_id_customer_id_idx"), "balance", ["business_id", "customer_id"], unique=False
    )
    op.create_index(
        op.f("balance_business_id_wallet_id_amount_customer_id_idx"),
        "balance",
        ["business_id", "wallet_id", "amount", "customer_id"],
        unique=False,
    )
    op.create_index(
        op.f("balance_business_id_wallet_id_expiring_at_customer_id_idx"),
        "balance",
        ["business_id", "wallet_id", "expiring_at", "customer_id"],
        unique=False,
    )
    op.create_table(
        "card",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("card_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("card_pkey")),
        sa.UniqueConstraint("business_id", "number", name=op.f("card_business_id_number_key")),
    )
    op.create_index(op.f("card_business_id_customer_id_idx"), "card", ["business_id", "customer_id"], unique=False)
    op.create_table(
        "customer_search",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("document", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("customer_search_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "customer_id", name=op.f("customer_search_pkey")),
    )
    op.create_index(
        "customer_search_document_idx", "customer_search", ["document"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "enrolment",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("category_by_hand", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("access", sa.SmallInteger(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id", "category_id"],
            ["category.business_id", "category.id"],
            name=op.f("enrolment_business_id_category_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("enrolment_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "program_id"],
            ["program.business_id", "program.id"],
            name=op.f("enrolment_business_id_program_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "program_id", "customer_id", name=op.f("enrolment_pkey")),
    )
    op.create_index(
        op.f("enrolment_business_id_program_id_access_customer_id_idx"),
        "enrolment",
        ["business_id", "program_id", "access", "customer_id"],
        unique=False,
    )
    op.create_index(
        op.f("enrolment_business_id_program_id_category_id_customer_id_idx"),
        "enrolment",
        ["business_id", "program_id", "category_id", "customer_id"],
        unique=False,
    )
    op.create_table(
        "ledger_entry",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("wallet_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("point_of_sale_id", sa.BigInteger(), nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ledger_entry_amount_check")),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ledger_entry_balance_after_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("ledger_entry_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("ledger_entry_business_id_point_of_sale_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "reverses_id"],
            ["ledger_entry.business_id", "ledger_entry.id"],
            name=op.f("ledger_entry_business_id_reverses_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "wallet_id"],
            ["wallet.business_id", "wallet.id"],
            name=op.f("ledger_entry_business_id_wallet_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("ledger_entry_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("ledger_entry_pkey")),
        sa.UniqueConstraint("business_id", "key", name=op.f("ledger_entry_business_id_key_key")),
    )
    op.create_index(
        op.f("ledger_entry_business_id_customer_id_at_id_idx"),
        "ledger_entry",
        ["business_id", "customer_id", "at", "id"],
        unique=False,
    )
    op.create_index(
        "ledger_entry_reverses_key",
        "ledger_entry",
        ["business_id", "reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "stats_scope",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=True),
        sa.Column("franchisee_id", sa.BigInteger(), nullable=True),
        sa.Column("point_of_sale_id", sa.BigInteger(), nullable=True),
        sa.Column("terminal_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_franchisee_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id", "franchisee_id"],
            ["franchisee.business_id", "franchisee.id"],
            name=op.f("stats_scope_business_id_franchisee_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "owner_franchisee_id"],
            ["franchisee.business_id", "franchisee.id"],
            name=op.f("stats_scope_business_id_owner_franchisee_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("stats_scope_business_id_point_of_sale_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "program_id"],
            ["program.business_id", "program.id"],
            name=op.f("stats_scope_business_id_program_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "terminal_id"],
            ["terminal.business_id", "terminal.id"],
            name=op.f("stats_scope_business_id_terminal_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("stats_scope_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("stats_scope_pkey")),
        sa.UniqueConstraint(
            "business_id",
            "program_id",
            "franchisee_id",
            "point_of_sale_id",
            "terminal_id",
            name="stats_scope_places_key",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "tag",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("tag_business_id_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "customer_id", "key", name=op.f("tag_pkey")),
    )
    op.create_index(
        op.f("tag_business_id_key_value_customer_id_idx"),
        "tag",
        ["business_id", "key", "value", "customer_id"],
        unique=False,
    )
    op.create_table(
        "transaction",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=False),
        sa.Column("point_of_sale_id", sa.BigInteger(), nullable=False),
        sa.Column("terminal_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gross", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("points_paid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("account_paid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("points_earned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("gross >= 0 AND discount >= 0 AND discount <= gross", name=op.f("transaction_gross_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("transaction_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "point_of_sale_id"],
            ["point_of_sale.business_id", "point_of_sale.id"],
            name=op.f("transaction_business_id_point_of_sale_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "program_id"],
            ["program.business_id", "program.id"],
            name=op.f("transaction_business_id_program_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "terminal_id"],
            ["terminal.business_id", "terminal.id"],
            name=op.f("transaction_business_id_terminal_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("transaction_user_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("transaction_pkey")),
    )
    op.create_index(op.f("transaction_business_id_at_id_idx"), "transaction", ["business_id", "at", "id"], unique=False)
    op.create_index(
        op.f("transaction_business_id_customer_id_at_id_idx"),
        "transaction",
        ["business_id", "customer_id", "at", "id"],
        unique=False,
    )
    op.create_table(
        "customer_stats",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("sales_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("average", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sales_count >= 0", name=op.f("customer_stats_sales_count_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("customer_stats_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "scope_id"],
            ["stats_scope.business_id", "stats_scope.id"],
            name=op.f("customer_stats_business_id_scope_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "scope_id", "customer_id", name=op.f("customer_stats_pkey")),
    )
    op.create_index(
        op.f("customer_stats_business_id_scope_id_amount_customer_id_idx"),
        "customer_stats",
        ["business_id", "scope_id", "amount", "customer_id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_stats_business_id_scope_id_average_customer_id_idx"),
        "customer_stats",
        ["business_id", "scope_id", "average", "customer_id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_stats_business_id_scope_id_first_at_customer_id_idx"),
        "customer_stats",
        ["business_id", "scope_id", "first_at", "customer_id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_stats_business_id_scope_id_last_at_customer_id_idx"),
        "customer_stats",
        ["business_id", "scope_id", "last_at", "customer_id"],
        unique=False,
    )
    op.create_index(
        op.f("customer_stats_business_id_scope_id_sales_count_customer_id_idx"),
        "customer_stats",
        ["business_id", "scope_id", "sales_count", "customer_id"],
        unique=False,
    )
    op.create_table(
        "lot",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("wallet_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("lot_amount_check")),
        sa.CheckConstraint("remaining >= 0 AND remaining <= amount", name=op.f("lot_remaining_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "customer_id"],
            ["customer.business_id", "customer.id"],
            name=op.f("lot_business_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "entry_id"],
            ["ledger_entry.business_id", "ledger_entry.id"],
            name=op.f("lot_business_id_entry_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "wallet_id"],
            ["wallet.business_id", "wallet.id"],
            name=op.f("lot_business_id_wallet_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("lot_pkey")),
    )
    op.create_index(
        "lot_expiry_idx",
        "lot",
        ["business_id", "expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("remaining > 0 AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "lot_open_idx",
        "lot",
        ["business_id", "customer_id", "wallet_id", "expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_table(
        "transaction_line",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("discount >= 0 AND discount <= gross", name=op.f("transaction_line_discount_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "transaction_id"],
            ["transaction.business_id", "transaction.id"],
            name=op.f("transaction_line_business_id_transaction_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "transaction_id", "number", name=op.f("transaction_line_pkey")),
    )
    op.create_table(
        "lot_use",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("lot_use_amount_check")),
        sa.ForeignKeyConstraint(
            ["business_id", "entry_id"],
            ["ledger_entry.business_id", "ledger_entry.id"],
            name=op.f("lot_use_business_id_entry_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "lot_id"],
            ["lot.business_id", "lot.id"],
            name=op.f("lot_use_business_id_lot_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "entry_id", "lot_id", name=op.f("lot_use_pkey")),
    )
