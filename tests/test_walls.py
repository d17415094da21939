"""The walls between businesses and locations as the database has them: read from its catalogue, and run against."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, RestrictViolation
from sqlalchemy import create_engine, func, select, text

from app import audit
from app.audit import AuditEntry
from app.businesses.models import Franchisee, PointOfSale, StatsScope, Terminal
from app.config import Config, ConfigError
from app.customers.models import Card, Customer, CustomerSearch, CustomerStats, Enrolment, Tag
from app.db import check_role, commit, open_scope, refuse_unsafe_role, rollback
from app.extensions import db
from app.ledger.models import Balance, Entry, Lot
from app.local.embedded import ADMIN, APP, DATABASE, LOADER, OWNER, Postgres
from app.scope import NoScopeError, Scope
from app.transactions.models import Transaction, TransactionLine
from tests.browsing import submit
from tests.factories import add_customer, add_points, add_sale
from tests.people import Shop, Town

OF_NO_BUSINESS = {"alembic_version", "app_user", "business", "sign_in_failure", "user_session"}
"""`business` is walled by its own id, `app_user` and `user_session` by the person's; the others hold nobody's data."""
WITHOUT_POLICIES = {"alembic_version", "sign_in_failure"}
DEFINERS = {
    "customer_search_ids",
    "end_stale_sessions",
    "every_business",
    "newest_audit_hash",
    "own_businesses",
    "session_identity",
    "sign_in_user",
}
APPEND_ONLY = {"audit_entry", "ledger_entry", "lot_use", "transaction_line"}
# A user is of no business, so a reference to one cannot name it.
SHARED = {"app_user"}


@pytest.fixture
def catalogue(postgres: Postgres, config: Config) -> Iterator[Callable[..., list[Any]]]:
    """Asks the catalogue: rows, or the values where a row has one."""
    with postgres.connect(database=DATABASE) as connection:

        def ask(query: str, *values: object) -> list[Any]:
            rows = connection.execute(query.encode(), values).fetchall()
            return [row[0] if len(row) == 1 else row for row in rows]

        yield ask


@pytest.fixture
def walled(postgres: Postgres, app: Flask) -> Iterator[psycopg.Connection]:
    """A connection as the application's role, with no business set."""
    with postgres.connect(APP, DATABASE) as connection:
        yield connection


def tables(ask: Callable[..., list[Any]]) -> set[str]:
    return set(
        ask("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")
    )


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
            "ledger_entry.transaction_id",  # transactions come after the ledger
        ]

    def test_functions_that_cross_businesses_are_these(self, catalogue: Callable[..., list[Any]]) -> None:
        functions = catalogue(
            "SELECT proname, prosecdef, coalesce(proconfig::text, ''), coalesce(proacl::text, '=X') FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
        )
        assert {name for name, definer, *_ in functions if definer} == DEFINERS
        for name, definer, settings, rights in functions:
            if definer:
                assert "search_path=pg_catalog, public" in settings, name
                assert not any(right.startswith("=") for right in rights.strip("{}").split(",")), f"{name}: PUBLIC"
        assert {name for name, definer, *_ in functions if not definer} == {"refuse_change"}

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
                refuse_unsafe_role(engine)
        finally:
            engine.dispose()

    def test_the_application_takes_its_own_role(self, app: Flask) -> None:
        with app.app_context():
            refuse_unsafe_role(db.engine)


def fill(shop: Shop, superuser: psycopg.Connection) -> None:
    """At least one row of the business in every table."""
    with shop.work():
        customer = add_customer(cards=["7700"], tags=[("city", "Kyiv")], point_of_sale=shop.franchised_place)
        sale = add_sale(customer, shop.franchised_terminal, 5_000)
        entry = add_points(customer, 300, terminal_id=shop.franchised_terminal)
    superuser.execute(
        "INSERT INTO lot_use (business_id, entry_id, lot_id, amount) SELECT business_id, entry_id, id, 100 FROM lot"
        " WHERE business_id = %s AND entry_id = %s",
        [shop.id, entry],
    )
    person = "(SELECT min(user_id) FROM membership WHERE business_id = %(id)s)"
    for statement in (
        "INSERT INTO program_account (business_id, program_id, wallet_id) VALUES (%(id)s, %(program)s, %(wallet)s)",
        "INSERT INTO form_key (business_id, key, user_id, request_hash)"
        f" VALUES (%(id)s, gen_random_uuid(), {person}, 'x')",
        "INSERT INTO table_settings (business_id, user_id, table_name, columns)"
        f" VALUES (%(id)s, {person}, 'customers', '[]')",
        "INSERT INTO saved_filter (business_id, key, conditions) VALUES (%(id)s, 'key', '{}')",
    ):
        superuser.execute(statement.encode(), {"id": shop.id, "program": shop.program, "wallet": shop.wallet})
    assert sale


@pytest.fixture
def filled(town: Town, superuser: psycopg.Connection) -> Town:
    fill(town.kavalier, superuser)
    fill(town.teremok, superuser)
    return town


def set_scope(connection: psycopg.Connection, business: int | None, user: int | None = None) -> None:
    for name, value in (("business_id", business), ("franchisee_id", None), ("user_id", user)):
        connection.execute("SELECT set_config(%s, %s, false)", [f"app.{name}", "" if value is None else str(value)])


def count(connection: psycopg.Connection, table: str, where: str = "true") -> int:
    found = connection.execute(f"SELECT count(*) FROM {sql.Identifier(table).as_string()} WHERE {where}".encode())
    row = found.fetchone()
    assert row is not None
    return int(row[0])


class TestBusinesses:
    def test_without_a_business_nothing_is_seen(
        self,
        filled: Town,
        walled: psycopg.Connection,
        superuser: psycopg.Connection,
        catalogue: Callable[..., list[Any]],
    ) -> None:
        """PR-1: a forgotten scope shows no row of any table, and so does an empty one."""
        for table in sorted(tables(catalogue) - WITHOUT_POLICIES - {"user_session"}):
            assert count(superuser, table), f"{table} has no row, so it proves nothing"
            assert count(walled, table) == 0, table
        set_scope(walled, None)
        assert [table for table in tables(catalogue) - WITHOUT_POLICIES if count(walled, table)] == []

    def test_another_business_sees_nothing(
        self, filled: Town, walled: psycopg.Connection, catalogue: Callable[..., list[Any]]
    ) -> None:
        """PR-1: in Teremok's scope no row of Kavalier exists."""
        set_scope(walled, filled.teremok.id, filled.oleg.id)
        for table in sorted(tables(catalogue) - OF_NO_BUSINESS):
            assert count(walled, table, f"business_id <> {filled.teremok.id}") == 0, table
        assert count(walled, "business") == 1
        assert count(walled, "app_user", f"id <> {filled.oleg.id}") == 0

    @pytest.mark.parametrize("as_business", ["nobody", "teremok"])
    def test_rows_of_another_business_cannot_be_added(
        self,
        filled: Town,
        walled: psycopg.Connection,
        superuser: psycopg.Connection,
        catalogue: Callable[..., list[Any]],
        as_business: str,
    ) -> None:
        """PR-1: with no business, or another's, an insert fails on the policy of every table."""
        set_scope(walled, filled.teremok.id if as_business == "teremok" else None)
        for table in sorted(tables(catalogue) - OF_NO_BUSINESS):
            found = superuser.execute(
                f"SELECT to_jsonb(t) FROM {sql.Identifier(table).as_string()} t WHERE business_id = %s".encode(),
                [filled.kavalier.id],
            ).fetchone()
            assert found is not None, table
            insert = sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_record(NULL::{0}, %s)")
            with pytest.raises(InsufficientPrivilege, match="row-level security"):
                walled.execute(insert.format(sql.Identifier(table)), [json.dumps(found[0])])

    def test_rows_of_another_business_cannot_be_changed_or_removed(
        self, filled: Town, walled: psycopg.Connection, catalogue: Callable[..., list[Any]]
    ) -> None:
        """PR-1: what is not seen is not reached."""
        set_scope(walled, filled.teremok.id, filled.oleg.id)
        for table in sorted(tables(catalogue) - OF_NO_BUSINESS - APPEND_ONLY):
            there = f"WHERE business_id = {filled.kavalier.id}"
            for statement in (
                f'UPDATE "{table}" SET business_id = business_id {there}',
                f'DELETE FROM "{table}" {there}',
            ):
                try:
                    assert walled.execute(statement.encode()).rowcount == 0, statement
                except InsufficientPrivilege as refusal:
                    assert "permission denied" in str(refusal)  # noqa: PT017 - either way is right

    def test_a_row_cannot_be_moved_to_another_business(self, filled: Town, walled: psycopg.Connection) -> None:
        set_scope(walled, filled.teremok.id)
        with pytest.raises(InsufficientPrivilege, match="row-level security"):
            walled.execute("UPDATE tag SET business_id = %s", [filled.kavalier.id])

    @pytest.mark.parametrize("table", sorted(APPEND_ONLY))
    @pytest.mark.parametrize("verb", ["UPDATE {0} SET business_id = business_id", "DELETE FROM {0}"])
    def test_the_owner_too_changes_nothing_that_is_only_added_to(
        self, filled: Town, postgres: Postgres, table: str, verb: str
    ) -> None:
        """PR-4: audit lines and ledger entries are never edited; the database refuses, whoever asks."""
        with postgres.connect(OWNER, DATABASE) as owner:
            set_scope(owner, filled.kavalier.id)
            assert count(owner, table)
            with pytest.raises(RestrictViolation, match="never changed or removed"):
                owner.execute(verb.format(f'"{table}"').encode())


class TestLocations:
    @pytest.fixture
    def stock(self, town: Town) -> dict[str, int]:
        """Customers who bought at the franchisee's place, only registered there, or have nothing to do with it."""
        shop = town.kavalier
        with shop.work():
            buyer = add_customer("Iryna", "Buyer", "+380670000001", cards=["1"], tags=[("a", "1")])
            newcomer = add_customer("Iryna", "Newcomer", "+380670000002", point_of_sale=shop.franchised_place)
            stranger = add_customer(
                "Iryna", "Stranger", "+380670000003", cards=["3"], tags=[("a", "3")], point_of_sale=shop.own_place
            )
            for customer, terminal, amount in (
                (buyer, shop.franchised_terminal, 100),
                (buyer, shop.own_terminal, 900),
                (stranger, shop.own_terminal, 500),
            ):
                add_sale(customer, terminal, amount)
                add_points(customer, amount, terminal_id=terminal)
        return {"buyer": buyer, "newcomer": newcomer, "stranger": stranger}

    def seen(self, town: Town, column: Any) -> set[Any]:
        with town.kavalier.work(town.boris):
            return set(db.session.scalars(select(column)))

    def test_an_operator_sees_who_bought_or_registered_there(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: customers, and all that hangs on them, of its own points of sale alone."""
        own = {stock["buyer"], stock["newcomer"]}
        assert self.seen(town, Customer.id) == own
        assert self.seen(town, CustomerSearch.customer_id) == own
        assert self.seen(town, Enrolment.customer_id) == own
        assert self.seen(town, Balance.customer_id) == own
        assert self.seen(town, Card.number) == {"1"}
        assert self.seen(town, Tag.value) == {"1"}
        assert self.seen(town, Lot.customer_id) == {stock["buyer"]}

    def test_an_operator_sees_what_happened_there(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: sales, their lines and movements of points elsewhere do not exist for it."""
        assert self.seen(town, Transaction.gross) == {100}
        assert self.seen(town, TransactionLine.gross) == {100}
        assert self.seen(town, Entry.amount) == {100}

    def test_an_operator_sees_figures_of_its_places_alone(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: a figure over all places, or over another's, is in no row it can read."""
        assert self.seen(town, CustomerStats.amount) == {100, 0}
        owners = self.seen(town, StatsScope.owner_franchisee_id)
        assert owners == {town.kavalier.franchisee}
        assert self.seen(town, CustomerStats.scope_id) <= self.seen(town, StatsScope.id)

    def test_an_operator_sees_its_own_places(self, town: Town) -> None:
        """PR-2, PR-3."""
        assert self.seen(town, PointOfSale.id) == {town.kavalier.franchised_place}
        assert self.seen(town, Terminal.id) == {town.kavalier.franchised_terminal}
        assert self.seen(town, Franchisee.id) == {town.kavalier.franchisee}

    def test_an_operator_finds_nobody_by_searching(self, town: Town, stock: dict[str, int]) -> None:
        """PR-3: the search crosses the policy for speed, so what it finds is joined to what may be seen."""
        boris, anna = town.browser(town.boris), town.browser(town.anna)
        for browser, found in ((anna, True), (boris, False)):
            page = submit(
                browser, "/customers", {"text": "Stranger"}, action="/customers/searches", follow_redirects=True
            )
            assert (f'href="/customers/{stock["stranger"]}"' in page.text) is found

    def test_what_an_operator_does_is_in_the_audit_log(self, town: Town) -> None:
        """PR-4: its line follows from the whole business's chain, which it cannot read."""
        with town.kavalier.work(town.boris):
            audit.record("test", audit.Subject("franchisee", town.kavalier.franchisee), {"name": ("a", "b")})
        with town.kavalier.work():
            newest = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
            assert newest is not None
            assert newest.user_id == town.boris.id
            assert audit.first_broken_entry() is None

    def test_the_chain_holds_in_every_time_zone(self, town: Town) -> None:
        """PR-4: what a server's zone is has no part in the hashes."""
        with town.kavalier.work():
            assert db.session.scalars(select(AuditEntry)).all()
            db.session.expire_all()
            db.session.execute(text("SET LOCAL TimeZone = 'Asia/Tokyo'"))
            assert audit.first_broken_entry() is None

    def test_an_operator_reads_no_audit_lines_of_others(self, town: Town, stock: dict[str, int]) -> None:
        assert self.seen(town, AuditEntry.user_id) <= {town.boris.id}


class TestSessions:
    def test_a_session_without_a_scope_raises(self, app: Flask) -> None:
        with app.app_context(), pytest.raises(NoScopeError):
            db.session.scalar(select(func.count()).select_from(Customer))

    @pytest.mark.parametrize("end", [commit, rollback])
    def test_the_scope_outlives_the_end_of_a_transaction(self, town: Town, end: Callable[[], None]) -> None:
        """PR-1: settings of a transaction end with it, so they are set again at every beginning."""
        with town.app.app_context():
            open_scope(Scope(town.kavalier.id))
            names = select(PointOfSale.name).order_by(PointOfSale.name)
            assert list(db.session.scalars(names)) == ["Pechersk", "Podil"]
            end()
            assert list(db.session.scalars(names)) == ["Pechersk", "Podil"]
            rollback()

    def test_the_scope_cannot_change_within_a_transaction(self, town: Town) -> None:
        with town.app.app_context():
            open_scope(Scope(town.kavalier.id))
            db.session.scalar(select(func.count()).select_from(PointOfSale))
            with pytest.raises(RuntimeError, match="cannot change"):
                open_scope(Scope(town.teremok.id))
            rollback()

    def test_a_connection_that_comes_back_to_the_pool_forgets_its_scope(self, town: Town) -> None:
        """PR-1: the next request on the same connection begins with nothing."""
        with town.app.app_context():
            engine = db.engine
            with town.kavalier.work():
                assert db.session.scalar(select(func.count()).select_from(PointOfSale)) == 2
            with engine.connect() as connection:
                assert connection.scalar(select(func.count()).select_from(PointOfSale.__table__)) == 0
