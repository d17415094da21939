"""The walls between businesses as the database's catalogue has them, and the role that they bind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine

from app.config import Config, ConfigError
from app.db import check_role, refuse_unsafe_role
from app.local.embedded import ADMIN, APP, DATABASE, LOADER, OWNER, Postgres
from tests.walls import APPEND_ONLY, OF_NO_BUSINESS, WITHOUT_POLICIES, tables

DEFINERS = {
    "api_key_identity",
    "assign_categories",
    "business_at",
    "business_with_slug",
    "businesses_called",
    "businesses_to_send",
    "charge_reserved_of",
    "charge_sale",
    "colleague_sessions",
    "colleagues_with_second_factor",
    "coupons_had",
    "customer_search_ids",
    "due_acts",
    "due_batches",
    "due_imports",
    "due_simulated_events",
    "due_webhooks",
    "end_colleague_sessions",
    "end_session",
    "end_stale_sessions",
    "end_terminal_sessions",
    "every_business",
    "family_of",
    "find_duplicates_of",
    "forget_call_keys",
    "forget_drafts",
    "forget_form_keys",
    "forget_receipts",
    "forget_simulated_events",
    "forget_unsent_forms",
    "forget_what_was_typed",
    "give_code_try_back",
    "keep_receipts",
    "kiosk_of_code",
    "kiosk_of_token",
    "list_customer",
    "message_prices",
    "match_receipts",
    "newest_audit_hash",
    "note_api_key_use",
    "own_businesses",
    "own_terminals",
    "release_reserved",
    "sample_size",
    "second_factor_demanders",
    "sees_customer",
    "session_identity",
    "sign_in_user",
    "survivor_of",
    "tag_keys",
    "tag_values",
    "tell_balances_changed",
    "tell_customers_changed",
    "tell_customers_created",
    "tell_sales_cancelled",
    "tell_sales_created",
    "take_code_try",
    "take_pin_try",
    "take_sign_in_code",
    "written_to",
}
# A user is of no business, so a reference to one cannot name it.
SHARED = {"app_user"}


class TestCatalogue:
    def test_tables_of_no_business_are_these(self, catalogue: Callable[..., list[Any]]) -> None:
        of_a_business = set(
            catalogue(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                " AND a.attname = 'business_id' AND a.attnotnull"
                " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            )
        )
        assert tables(catalogue) - of_a_business == OF_NO_BUSINESS

    def test_every_table_has_forced_policies(self, catalogue: Callable[..., list[Any]]) -> None:
        """PR-1: row-level security is on, binds the owner too, and has a policy for each verb."""
        forced = catalogue(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND relrowsecurity AND relforcerowsecurity"
        )
        assert set(forced) == tables(catalogue) - WITHOUT_POLICIES
        for table in forced:
            verbs = catalogue(
                "SELECT polcmd::text FROM pg_policy WHERE polrelid = %s::regclass AND polname <> 'definer'", table
            )
            assert set(verbs) == {"r", "a", "w", "d"}, table

    def test_policies_are_evaluated_once_a_statement(self, catalogue: Callable[..., list[Any]]) -> None:
        """The bare call of current_setting costs six times as much over a million rows."""
        policies = catalogue(
            "SELECT tablename, policyname, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies"
            " WHERE policyname <> 'definer'"
        )
        assert policies
        for table, name, expression in policies:
            bare = expression.replace("( SELECT (NULLIF(current_setting(", "")
            bare = bare.replace("( SELECT (string_to_array(NULLIF(current_setting(", "")
            assert "current_setting(" not in bare, (table, name)

    def test_keys_begin_with_the_business(self, catalogue: Callable[..., list[Any]]) -> None:
        """PR-1: a primary key, unique constraint or unique index that spans businesses would tell of another's rows."""
        first_columns = catalogue(
            "SELECT c.relname, i.indexrelid::regclass::text, a.attname FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace"
            " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indisunique"
        )
        wrong = [
            index for table, index, column in first_columns if table not in OF_NO_BUSINESS and column != "business_id"
        ]
        assert wrong == []
        assert {table for table, _index, _column in first_columns} >= tables(catalogue) - OF_NO_BUSINESS

    def test_references_stay_within_the_business(self, catalogue: Callable[..., list[Any]]) -> None:
        """PR-1: a reference across businesses cannot be written."""
        references = catalogue(
            "SELECT k.conname, k.conrelid::regclass::text, k.confrelid::regclass::text, a.attname, b.attname"
            " FROM pg_constraint k"
            " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
            " JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1] WHERE k.contype = 'f'"
        )
        assert references
        for name, table, target, column, target_column in references:
            if table in OF_NO_BUSINESS or target in SHARED:
                continue
            own = "id" if target == "business" else "business_id"
            assert (column, target_column) == ("business_id", own), name

    def test_columns_that_name_rows_are_references(self, catalogue: Callable[..., list[Any]]) -> None:
        """A bare …_id could name another business's row without anyone noticing."""
        bare = catalogue(
            "SELECT c.relname || '.' || a.attname FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " WHERE a.attname LIKE '%%\\_id' AND NOT a.attisdropped AND NOT EXISTS (SELECT FROM pg_constraint k"
            " WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey)) ORDER BY 1"
        )
        assert bare == [
            "audit_entry.subject_id",  # of any kind, by subject_kind
            "batch.only_customer_id",  # of an item, which may be of an import and is no customer yet
            "batch_item.batch_id",  # a million rows at once, where each check would cost more than the row
            "batch_item.business_id",
            "batch_item.customer_id",
            "import_row.business_id",  # the same
            "import_row.customer_id",
            "import_row.import_id",
            "ledger_entry.transaction_id",  # transactions come after the ledger
            "message_part.gateway_id",  # what a gateway calls it
            "receipt.gateway_id",
            "simulated_event.gateway_id",
            "transaction.api_key_id",  # of the session's scope alone, and each sale by calls would pay for the check
        ]

    def test_functions_that_cross_businesses_are_these(self, catalogue: Callable[..., list[Any]]) -> None:
        functions = catalogue(
            "SELECT proname, prosecdef, coalesce(proconfig::text, ''), coalesce(proacl::text, '=X') FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
        )
        assert {name for name, definer, *_ in functions if definer} == DEFINERS
        for name, definer, settings, rights in functions:
            if definer:
                assert "search_path=pg_catalog, public, pg_temp" in settings, name
                assert not any(right.startswith("=") for right in rights.strip("{}").split(",")), f"{name}: PUBLIC"
        assert {name for name, definer, *_ in functions if not definer} == {"count_charge", "refuse_change"}

    def test_nothing_looks_through_the_walls(self, catalogue: Callable[..., list[Any]]) -> None:
        """A view runs as its owner, and a materialised one has no policies at all."""
        assert (
            catalogue(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')"
            )
            == []
        )


class TestRole:
    def test_it_owns_nothing_and_may_bypass_nothing(self, catalogue: Callable[..., list[Any]]) -> None:
        role = catalogue(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = %s",
            APP,
        )
        assert role == [(False,) * 5]
        assert catalogue("SELECT 1 FROM pg_shdepend WHERE refobjid = %s::regrole AND deptype = 'o'", APP) == []
        assert catalogue("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", APP) == []
        assert catalogue("SELECT has_schema_privilege(%s, 'public', 'CREATE')", APP) == [False]

    def test_its_rights_on_tables(self, catalogue: Callable[..., list[Any]]) -> None:
        """PR-4: nobody who works through the panel changes the audit log or the ledger."""
        rights: dict[str, set[str]] = {}
        for table, right in catalogue(
            "SELECT table_name::text, privilege_type::text FROM information_schema.table_privileges WHERE grantee = %s",
            APP,
        ):
            rights.setdefault(table, set()).add(right)
        assert set(rights) == tables(catalogue) - {"alembic_version"}
        for table, held in rights.items():
            assert held <= {"SELECT", "INSERT", "UPDATE", "DELETE"}, table
            if table in APPEND_ONLY:
                assert held == {"SELECT", "INSERT"}, table

    @pytest.mark.parametrize(
        ("role", "reason"),
        [(ADMIN, "is a superuser"), (OWNER, "owns tables"), (LOADER, "may bypass row-level security")],
    )
    def test_the_application_refuses_a_role_that_no_wall_binds(
        self, postgres: Postgres, config: Config, role: str, reason: str
    ) -> None:
        engine = create_engine(postgres.url(role, DATABASE))
        try:
            with engine.connect() as connection:
                assert reason in str(check_role(connection))
            with pytest.raises(ConfigError, match=f"^DATABASE_URL: the role {role} .*{reason}[^\\n]*$"):
                refuse_unsafe_role(postgres.url(role, DATABASE))
        finally:
            engine.dispose()

    def test_the_application_takes_its_own_role(self, config: Config) -> None:
        refuse_unsafe_role(config.database_url)

    def test_a_database_that_is_away_does_not_keep_it_from_starting(self) -> None:
        refuse_unsafe_role("postgresql+psycopg://regulars_app@/nowhere?host=/nowhere")
