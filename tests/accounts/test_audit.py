"""The audit log: whole, and seen to be broken when someone meddles (PR-4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import select

from app import audit
from app.audit import AuditEntry, AuditValue, Subject
from app.db import rollback
from app.extensions import db
from tests.people import Town


def record(town: Town, number: int = 1) -> None:
    with town.kavalier.work(town.anna):
        for each in range(number):
            audit.record("test.change", Subject("test", each), {"phone": ("", "+380671112233"), "same": (1, 1)})


def broken(town: Town) -> int | None:
    with town.kavalier.work():
        return audit.first_broken_entry()


def newest(town: Town) -> AuditEntry:
    with town.kavalier.work():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        db.session.expunge_all()
        return entry


def test_a_line_says_who_what_when_and_from_where(town: Town) -> None:
    """PR-4: who, when, from where, what, old and new value; what did not change is left out."""
    record(town)
    entry = newest(town)
    assert (entry.user_id, entry.action, entry.subject_kind, entry.subject_id) == (
        town.anna.id,
        "test.change",
        "test",
        0,
    )
    assert entry.address == "192.0.2.1"
    assert abs((datetime.now(UTC) - entry.at).total_seconds()) < 60
    with town.kavalier.work():
        values = db.session.scalars(select(AuditValue).where(AuditValue.entry_id == entry.id)).all()
        assert [(value.field, value.old, value.new) for value in values] == [("phone", "", "+380671112233")]


def test_the_line_itself_holds_no_personal_value(town: Town, superuser: psycopg.Connection) -> None:
    """PR-4: personal values lie in a side table, and a hash without its salt cannot be guessed."""
    record(town)
    row = superuser.execute("SELECT row_to_json(e)::text FROM audit_entry e WHERE action = 'test.change'").fetchone()
    assert row is not None
    assert "380671112233" not in row[0]
    record(town)
    hashes = superuser.execute("SELECT DISTINCT fields->>'phone' FROM audit_entry WHERE action = 'test.change'")
    assert len(hashes.fetchall()) == 2


def test_an_erasure_leaves_the_chain_whole(town: Town) -> None:
    """PR-4: the chain covers salted hashes, so it holds when the values are gone."""
    record(town, 3)
    with town.kavalier.work():
        for value in db.session.scalars(select(AuditValue)).all():
            db.session.delete(value)
    assert broken(town) is None


def test_what_is_given_up_leaves_no_line(town: Town) -> None:
    before = newest(town).id
    with town.kavalier.work():
        audit.record("test.change", Subject("test", 1), {"a": (1, 2)})
        rollback()
    assert newest(town).id == before


@pytest.mark.parametrize(
    "meddling",
    [
        "UPDATE audit_entry SET user_id = {other} WHERE id = {entry}",
        "UPDATE audit_entry SET action = 'harmless' WHERE id = {entry}",
        "UPDATE audit_entry SET at = at - interval '1 second' WHERE id = {entry}",
        "UPDATE audit_entry SET address = '' WHERE id = {entry}",
        "UPDATE audit_entry SET fields = '{{}}' WHERE id = {entry}",
        "UPDATE audit_entry SET hash = sha256('x') WHERE id = {entry}",
        "DELETE FROM audit_value WHERE entry_id = {entry}; DELETE FROM audit_entry WHERE id = {entry}",
    ],
)
def test_meddling_breaks_the_chain(town: Town, superuser: psycopg.Connection, meddling: str) -> None:
    """PR-4: whoever gets past the database's refusal is seen."""
    record(town, 3)
    entry = newest(town).id - 1
    assert broken(town) is None
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(meddling.format(entry=entry, other=town.olha.id).encode())
    assert broken(town) in (entry, entry + 1)


def test_people_at_once_make_one_chain(town: Town) -> None:
    before = newest(town).id
    with ThreadPoolExecutor(4) as people:
        list(people.map(lambda _: record(town, 5), range(4)))
    assert broken(town) is None
    with town.kavalier.work():
        added = db.session.scalars(select(AuditEntry.id).where(AuditEntry.id > before)).all()
    assert len(added) == 20


def test_businesses_have_chains_of_their_own(town: Town) -> None:
    """PR-1: neither business's lines depend on the other's."""
    record(town, 2)
    for shop in (town.kavalier, town.teremok):
        with shop.work():
            first = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).first()
            assert first is not None
            assert first.previous_hash == b""
            assert audit.first_broken_entry() is None
