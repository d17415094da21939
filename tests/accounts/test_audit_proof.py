"""The proof that the audit log is whole (PR-4)."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import audit, audit_check
from app.accounts import audit_views
from app.audit import AuditEntry, Subject
from app.audit_check import AuditCheck, check_chain, is_due
from app.extensions import db
from app.lib import dates
from jobs.housekeeping import check_audit_log, check_audit_logs
from tests.browsing import submit, text_of
from tests.factories import add_customer
from tests.people import Town

PAGE = "/audit-log"


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Olena", "Koval", "+380674120855")


class TestProof:
    def test_is_made_when_asked_for(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """PR-4: the page says how many lines follow from each other, and when that was proved."""
        assert "It has not been proved yet" in text_of(anna.get(PAGE))
        assert submit(anna, PAGE, {}, action=f"{PAGE}/checks").status_code == 303
        with town.kavalier.work():
            lines = len(db.session.scalars(select(AuditEntry.id)).all())
        words = text_of(anna.get(PAGE))
        assert f"The log is whole: {lines} lines follow from each other." in words
        assert "Checked" in words

    @pytest.mark.parametrize(
        "meddling",
        [
            "UPDATE audit_entry SET action = 'harmless' WHERE id = {line}",
            "DELETE FROM audit_entry WHERE id = {line}",
            "DELETE FROM audit_entry WHERE id >= {line}",
        ],
    )
    def test_finds_what_was_changed_or_removed(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection, meddling: str
    ) -> None:
        """PR-4: in the middle by the chain, at the end by where the chain ended before."""
        with town.kavalier.work(town.anna):
            for number in range(5):
                audit.record("test.change", Subject("test", number), {"a": (None, number)})
            line = db.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc()).offset(2)).first()
        submit(anna, PAGE, {}, action=f"{PAGE}/checks")
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(f"DELETE FROM audit_value WHERE entry_id >= {line}".encode())
        superuser.execute(meddling.format(line=line).encode())
        submit(anna, PAGE, {}, action=f"{PAGE}/checks")
        assert "The log is broken at line" in text_of(anna.get(PAGE))
        submit(anna, PAGE, {}, action=f"{PAGE}/checks")
        assert "The log is broken at line" in text_of(anna.get(PAGE))

    def test_is_made_daily_for_every_business(self, town: Town) -> None:
        """PR-4: by housekeeping; one that is young enough is not made again."""
        with town.app.app_context():
            check_audit_logs()
        for shop in (town.kavalier, town.teremok):
            with shop.work():
                known = db.session.get_one(AuditCheck, shop.id)
                assert not is_due()
                known.at = dates.now() - audit_check.MOST_AGE - timedelta(minutes=1)
        with town.kavalier.work():
            assert is_due()
        with town.app.app_context():
            check_audit_logs()
        with town.kavalier.work():
            assert not is_due()

    def test_of_a_long_log_is_made_in_the_background(
        self, town: Town, anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PR-4: nobody waits for a million lines; the job proves this business's log."""
        sent: list[tuple[object, ...]] = []
        monkeypatch.setattr(audit_check, "LONG", 3)
        monkeypatch.setattr(audit_views, "enqueue", lambda *job: sent.append(job))
        submit(anna, PAGE, {}, action=f"{PAGE}/checks")
        assert sent == [("jobs.housekeeping.check_audit_log", town.kavalier.id)]
        assert "It has not been proved yet" in text_of(anna.get(PAGE))
        with town.app.app_context():
            check_audit_log(town.kavalier.id)
        assert "The log is whole" in text_of(anna.get(PAGE))

    def test_is_made_by_command(self, town: Town, superuser: psycopg.Connection) -> None:
        run = town.app.test_cli_runner()
        assert "none broken" in run.invoke(args=["audit", "check"]).output
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE audit_entry SET action = 'x' WHERE business_id = %s", [town.teremok.id])
        result = run.invoke(args=["audit", "check"])
        assert (result.exit_code, f"Business {town.teremok.id}: broken" in result.output) == (1, True)

    def test_of_an_empty_log_is_one(self, town: Town, superuser: psycopg.Connection) -> None:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM audit_value; DELETE FROM audit_entry")
        with town.kavalier.work():
            assert (check_chain().lines, check_chain().broken_line) == (0, None)
