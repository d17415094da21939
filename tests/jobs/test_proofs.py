"""Every ledger is proved each hour, and one that does not add up is told of (RELIABILITY: money and points)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.db import business_id
from app.ledger.check import RULES
from app.ledger.services import proving
from app.lib import dates
from app.proofs import Fault
from app.queue import LONGER
from jobs import proofs, schedule
from tests.factories import add_customer, add_points
from tests.people import Town

Proved = list[tuple[int, str]]


@pytest.fixture
def proved(monkeypatch: pytest.MonkeyPatch) -> Proved:
    """What was proved, each in no time."""
    seen: Proved = []
    faults = by(lambda business, rule: seen.append((business, rule)))
    monkeypatch.setattr(proving, "faults", faults)
    return seen


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Mock:
    monkeypatch.setattr(proofs, "send", sent := Mock())
    return sent


def by(seen: Callable[[int, str], object]) -> Callable[..., list[Fault]]:
    def faults(rule: str, patience: int) -> list[Fault]:
        assert patience < LONGER[proofs.JOB] * 1000
        seen(business_id(), rule)
        return []

    return faults


def run_job(town: Town, *round_: int) -> None:
    with town.app.app_context():
        proofs.prove_ledgers(*round_)


def all_of(town: Town) -> Proved:
    return sorted((business, rule) for business in (town.kavalier.id, town.teremok.id) for rule in RULES)


def test_every_ledger_is_proved_each_hour(town: Town, proved: Proved, sent: Mock) -> None:
    assert schedule.MINUTES[proofs.JOB] == 60
    run_job(town)
    assert sorted(proved) == all_of(town)
    sent.assert_not_called()


def test_one_that_does_not_add_up_is_an_error_with_its_business(town: Town, superuser: psycopg.Connection) -> None:
    for shop in (town.kavalier, town.teremok):
        with shop.work():
            add_points(add_customer(), 500)
    superuser.execute("UPDATE balance SET amount = amount + 1 WHERE business_id = %s", (town.kavalier.id,))
    superuser.commit()
    with capture_logs() as logs:
        run_job(town)
    (told,) = [each for each in logs if each["log_level"] == "error"]
    assert (told["business"], told["rule"], told["differences"]) == (town.kavalier.id, RULES[0], 1)
    assert "balance 501, entries 500" in told["first"][0]


def test_a_proof_that_fails_keeps_no_other_waiting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one that took too long."""
    seen: Proved = []

    def fails(business: int, rule: str) -> None:
        seen.append((business, rule))
        if business == town.kavalier.id:
            raise OperationalError("SELECT", {}, Exception("canceling statement due to statement timeout"))

    monkeypatch.setattr(proving, "faults", by(fails))
    with capture_logs() as logs:
        run_job(town)
    assert sorted(seen) == all_of(town)
    assert {each["business"] for each in logs if each["log_level"] == "error"} == {town.kavalier.id}


def test_after_some_seconds_the_next_job_goes_on(
    town: Town, proved: Proved, sent: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nobody waits for more than one rule of one business."""
    monkeypatch.setattr(proofs, "AT_ONCE", 0)
    began, steps = int(dates.now().timestamp()), 2 * len(RULES)
    monkeypatch.setattr(proofs.time, "monotonic", Mock(side_effect=[0, 0, 1] * steps))
    done = 0
    for step in range(1, steps):
        run_job(town, began, done)
        assert sent.call_args.args[1:] == (proofs.JOB, began, step)
        done = step
    run_job(town, began, done)
    assert sorted(proved) == all_of(town)


def test_a_round_ends_when_the_next_one_begins(town: Town, proved: Proved, sent: Mock) -> None:
    run_job(town, int((dates.now() - timedelta(hours=1)).timestamp()), 3)
    assert proved == []
    sent.assert_not_called()


def test_there_is_one_proof_at_a_time(town: Town, proved: Proved, superuser: psycopg.Connection) -> None:
    superuser.execute("SELECT pg_advisory_lock(7204)")
    run_job(town)
    assert proved == []
    superuser.execute("SELECT pg_advisory_unlock_all()")
    run_job(town)
    assert sorted(proved) == all_of(town)
