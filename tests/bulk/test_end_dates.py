"""Messages whose end date is over before their bulk action begins, or on its way (BA-1, BA-11, BA-15)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.bulk.models import Batch
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.extensions import db
from app.lib import dates
from app.messaging.models import Message
from app.permissions import Role
from tests.bulk.batches import became, confirm, foreseen, preview, run, tallied
from tests.bulk.desk import Desk
from tests.factories import add_customer
from tests.people import Shop, Town


@pytest.fixture
def customers(shop: Shop) -> list[int]:
    with shop.work():
        return [add_customer("Ann", phone="+380670000001", confirmed=True), add_customer("Ben")]


def day(days: int) -> str:
    return (dates.now() + timedelta(days)).date().isoformat()


def saying(shop: Shop, ends: str | None) -> dict[str, Any]:
    texts = {"en": "Only this week!"}
    return {"program": shop.program, "channel": "sms", "titles": {}, "texts": texts, "ends": ends}


def end_it(shop: Shop, number: int) -> None:
    """As if days had passed since."""
    with shop.work():
        db.session.execute(update(Batch).where(Batch.id == number).values(values=saying(shop, day(-2))))


def written(shop: Shop) -> int:
    with shop.work():
        return len(db.session.scalars(select(Message.id).where(Message.customer_id.is_not(None))).all())


def test_what_begins_behind_its_end_date_is_refused_in_words(town: Town, customers: list[int]) -> None:
    """BA-1, BA-15: and stays a draft, which can begin in time."""
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    said = {"action": "message", "program": str(town.kavalier.program), "channel": "sms", "texts": "Hi!"}
    assert desk.send(f"{page}/action", **said, ends=day(2)) == (303, page)
    start = (dates.now() + timedelta(9)).strftime("%Y-%m-%dT%H:%M")
    status, shown = desk.send(f"{page}/confirmation", start=start)
    assert status == 409
    assert "The end date of the message is over before it would begin." in shown
    assert desk.send(f"{page}/confirmation") == (303, page)


def test_a_draft_or_an_approval_that_comes_too_late_is_refused(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-15: nothing is written that could not be sent."""
    drafted, waiting = (preview(shop, town.olha, "message", saying(shop, day(2)), customers) for _each in range(2))
    with shop.work(town.anna):
        steering.set_limits({Role.BRAND_OPERATOR: 0})
    confirm(shop, town.olha, waiting, Role.BRAND_OPERATOR)
    for number in (drafted, waiting):
        end_it(shop, number)
    with pytest.raises(steering.EndedError):
        confirm(shop, town.olha, drafted)
    with shop.work(town.anna), pytest.raises(steering.EndedError):
        steering.approve(held_batch(waiting), Role.ADMIN)


def test_what_ends_on_its_way_is_written_to_nobody_else(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-11: paused over its end date, say; who is left is skipped with that reason."""
    number = preview(shop, town.anna, "message", saying(shop, day(2)), customers)
    assert foreseen(shop, number) == {"done": 1, "no_address": 1}
    confirm(shop, town.anna, number)
    end_it(shop, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"ended": 1, "no_address": 1}
    assert written(shop) == 0


def test_a_message_without_end_date_begins_at_any_time(town: Town, shop: Shop, customers: list[int]) -> None:
    number = preview(shop, town.anna, "message", saying(shop, None), customers)
    confirm(shop, town.anna, number, start_at=dates.now() + timedelta(80))
