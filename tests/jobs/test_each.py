"""What is looked after in every business: one that fails, or takes all the time, keeps no other waiting for good."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from rq.timeouts import JobTimeoutException
from structlog.testing import capture_logs

import jobs.each
from app.db import business_id
from app.scope import Scope
from jobs.each import each_business, in_each, until_done
from tests.people import Town

LOOKED_AFTER = [
    ("housekeeping.check_audit_logs", "is_due"),
    ("housekeeping.expire_points", "expire_lots"),
    ("housekeeping.lapse_what_is_over", "lapse_coupons"),
    ("bulk.forget_batches", "forget_drafts"),
    ("imports.forget_imports", "forget_old"),
    ("webhooks.forget_events", "forget_old"),
    ("categories.assign_all_categories", "assign_chunk"),
]


def failing_in(failing: int, reached: list[int]) -> Callable[[], int]:
    def act() -> int:
        reached.append(business_id())
        if business_id() == failing:
            raise RuntimeError("a damaged row")
        return 0

    return act


@pytest.mark.parametrize(("name", "act"), LOOKED_AFTER)
def test_a_business_that_fails_keeps_no_other_waiting(
    town: Town, monkeypatch: pytest.MonkeyPatch, name: str, act: str
) -> None:
    """It is told of, with the business."""
    module, function = name.split(".")
    reached: list[int] = []
    monkeypatch.setattr(f"jobs.{module}.{act}", failing_in(town.kavalier.id, reached))
    with town.app.app_context(), capture_logs() as logs:
        getattr(import_module(f"jobs.{module}"), function)()
    assert sorted(reached) == sorted([town.kavalier.id, town.teremok.id])
    assert [each["business"] for each in logs if each["log_level"] == "error"] == [town.kavalier.id]


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("invitations.send_all_letters", "accounts.send_letters"),
        ("housekeeping.tell_of_balances", "messaging.send_to_users"),
    ],
)
def test_nor_one_whose_letters_fail(town: Town, monkeypatch: pytest.MonkeyPatch, name: str, act: str) -> None:
    module, function = name.split(".")
    reached: list[int] = []

    def send(asked: int | Scope) -> None:
        reached.append(business := asked.business_id or 0 if isinstance(asked, Scope) else asked)
        if business == town.kavalier.id:
            raise RuntimeError("a damaged row")

    monkeypatch.setattr(f"jobs.{module}.{act}", send)
    with town.app.app_context():
        getattr(import_module(f"jobs.{module}"), function)()
    assert sorted(reached) == sorted([town.kavalier.id, town.teremok.id])


def test_the_end_of_a_jobs_time_is_no_fault_of_a_business(town: Town) -> None:
    """RQ says it once: what is swallowed would let the job go on for ever."""
    reached: list[int] = []

    def act() -> None:
        reached.append(business_id())
        raise JobTimeoutException

    with town.app.app_context(), pytest.raises(JobTimeoutException):
        in_each(act)
    assert len(reached) == 1


def test_what_takes_all_the_time_takes_it_from_others_each_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: set[int] = set()

    def never_done() -> bool:
        reached.add(business_id())
        return True

    monkeypatch.setattr(jobs.each, "AT_ONCE", 0.001)
    with town.app.app_context():
        for _hour in range(40):
            until_done(never_done)
    assert reached == {town.kavalier.id, town.teremok.id}
    with town.app.app_context():
        orders = set()
        for _hour in range(40):
            order: list[int] = []
            each_business(order.append)
            orders.add(tuple(order))
    assert len(orders) == 2
