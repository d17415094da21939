"""The walls between businesses, run against: what another business, or none, can see and do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, RestrictViolation
from sqlalchemy import func, select

from app.businesses.models import PointOfSale
from app.customers.models import Customer
from app.db import commit, open_scope, rollback
from app.extensions import db
from app.local.embedded import APP, DATABASE, OWNER, Postgres
from app.scope import NoScopeError, Scope
from tests.people import Town
from tests.walls import (
    APPEND_ONLY,
    OF_NO_BUSINESS,
    OUTSIDE,
    WITHOUT_POLICIES,
    count,
    fill,
    set_scope,
    tables,
    written_columns,
)


@pytest.fixture
def walled(postgres: Postgres, app: Flask) -> Iterator[psycopg.Connection]:
    """A connection as the application's role, with no business set."""
    with postgres.connect(APP, DATABASE) as connection:
        yield connection


@pytest.fixture
def filled(town: Town, superuser: psycopg.Connection) -> Town:
    fill(town.kavalier, superuser)
    fill(town.teremok, superuser)
    return town


class TestBusinesses:
    def test_without_a_business_nothing_is_seen(
        self,
        filled: Town,
        walled: psycopg.Connection,
        superuser: psycopg.Connection,
        catalogue: Callable[..., list[Any]],
    ) -> None:
        """PR-1: a forgotten scope shows no row of any table, and so does an empty one."""
        for table in sorted(tables(catalogue) - WITHOUT_POLICIES - OUTSIDE - {"user_session"}):
            assert count(superuser, table), f"{table} has no row, so it proves nothing"
            assert count(walled, table) == 0, table
        set_scope(walled, None)
        seen = [table for table in tables(catalogue) - WITHOUT_POLICIES - OUTSIDE if count(walled, table)]
        assert seen == []

    def test_letters_about_passwords_are_seen_in_no_business(self, filled: Town, walled: psycopg.Connection) -> None:
        """PR-5: and outside of them no other person's are."""
        emails = "SELECT email FROM password_letter"
        for business, person in ((filled.kavalier.id, None), (filled.kavalier.id, filled.anna.id)):
            set_scope(walled, business, person)
            assert walled.execute(emails).fetchall() == []
        set_scope(walled, None, filled.oleg.id)
        assert set(walled.execute(emails).fetchall()) <= {(filled.oleg.email,)}
        set_scope(walled, None)
        assert len(walled.execute(emails).fetchall()) == 2

    def test_another_business_sees_nothing(
        self, filled: Town, walled: psycopg.Connection, catalogue: Callable[..., list[Any]]
    ) -> None:
        """PR-1: in Teremok's scope no row of Kavalier exists."""
        set_scope(walled, filled.teremok.id, filled.oleg.id)
        for table in sorted(tables(catalogue) - OF_NO_BUSINESS):
            assert count(walled, table, f"business_id <> {filled.teremok.id}") == 0, table
        assert count(walled, "business") == 1
        assert count(walled, "app_user", f"id <> {filled.oleg.id}") == 0

    def test_a_temporary_table_is_taken_for_none_of_ours(self, town: Town, walled: psycopg.Connection) -> None:
        """What functions of the owner read is what they were written for, not what the caller put in its place."""
        walled.execute("CREATE TEMPORARY TABLE business (id bigint)")
        walled.execute("INSERT INTO business VALUES (987654)")
        walled.execute("GRANT SELECT ON business TO PUBLIC")
        found = walled.execute("SELECT every_business()").fetchall()
        assert sorted(found) == [(town.kavalier.id,), (town.teremok.id,)]

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
            columns = sql.SQL(", ").join(map(sql.Identifier, written_columns(catalogue, table)))
            insert = sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM jsonb_populate_record(NULL::{0}, %s)")
            with pytest.raises(InsufficientPrivilege, match="row-level security"):
                walled.execute(insert.format(sql.Identifier(table), columns), [json.dumps(found[0])])

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
