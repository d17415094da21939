"""Bulk actions set for later by who lost the right to do them meanwhile (PR-5, BA-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.accounts.users import change_role, colleague_to_change, disable, enable
from app.bulk.models import Batch, BatchState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.extensions import db
from app.lib import dates
from app.permissions import Role
from tests.bulk.batches import became, confirm, preview, run, state
from tests.bulk.desk import Desk
from tests.factories import add_customer
from tests.people import Shop, Town

TAG = {"way": "add", "key": "city", "value": "Kyiv"}


@pytest.fixture
def later(town: Town, shop: Shop) -> int:
    """Olha's, for tomorrow."""
    with shop.work():
        customers = [add_customer("Ann"), add_customer("Ben")]
    number = preview(shop, town.olha, "tags", TAG, customers)
    confirm(shop, town.olha, number, Role.BRAND_OPERATOR, start_at=dates.now() + timedelta(1))
    return number


def change(town: Town, how: Callable[..., object], *values: object) -> None:
    """Anna decides about Olha."""
    with town.kavalier.work(town.anna):
        how(colleague_to_change(town.olha.id), *values)


def its_hour_comes(shop: Shop, number: int) -> BatchState:
    with shop.work():
        db.session.execute(update(Batch).where(Batch.id == number).values(start_at=dates.now()))
    run(shop, number)
    return state(shop, number)


@pytest.mark.parametrize("lost", ["disabled", "role", "location"])
def test_it_waits_for_someone_who_may(town: Town, shop: Shop, later: int, lost: str) -> None:
    if lost == "disabled":
        change(town, disable)
    elif lost == "role":
        change(town, change_role, Role.ACCOUNTANT, None)
    else:
        change(town, change_role, Role.LOCATION_OPERATOR, shop.franchisee)
    assert its_hour_comes(shop, later) is BatchState.WAITING
    assert became(shop, later) == {"pending": 2}
    shown = Desk(town, town.anna).see(f"/bulk-actions/{later}")
    assert "Olha Tkachenko may not do this any more. Someone else has to approve it." in shown
    with shop.work(town.anna):
        steering.approve(held_batch(later), Role.ADMIN)
    run(shop, later)
    assert became(shop, later) == {"done": 2}


def test_who_may_again_by_then_lost_nothing(town: Town, shop: Shop, later: int) -> None:
    change(town, disable)
    change(town, enable)
    assert its_hour_comes(shop, later) is BatchState.DONE


def test_what_a_second_person_approved_stands(town: Town, shop: Shop) -> None:
    """BA-15"""
    with shop.work(town.anna):
        customers = [add_customer("Ann"), add_customer("Ben")]
        steering.set_limits({Role.BRAND_OPERATOR: 1})
    number = preview(shop, town.olha, "tags", TAG, customers)
    confirm(shop, town.olha, number, Role.BRAND_OPERATOR, start_at=dates.now() + timedelta(1))
    with shop.work(town.anna):
        steering.approve(held_batch(number), Role.ADMIN)
    change(town, disable)
    assert its_hour_comes(shop, number) is BatchState.DONE
