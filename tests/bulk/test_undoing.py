"""Undoing what was in part undone before, and what customers have not been told of yet (BA-12, BA-14)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.billing.services import Prices, set_tariff, top_up
from app.bulk.models import Batch, BatchState
from app.bulk.services import steering
from app.bulk.services.chunks import Chunk, do_chunk
from app.bulk.services.locking import held_batch
from app.customers.models import Customer
from app.extensions import db
from app.ledger.models import Entry, EntryKind
from app.loyalty.models import Program
from app.messaging.models import Message, MessageStatus, Outbox, Reason, Step
from app.scope import Scope
from tests.bulk.batches import became, confirm, do, foreseen, state, tallied, undo
from tests.customers.records import lots, merge, nothing_differs, spend
from tests.customers.records import undo as undo_merge
from tests.factories import add_customer, add_points
from tests.messaging.pipeline import send
from tests.people import Shop, Town


@pytest.fixture
def customers(shop: Shop) -> list[int]:
    with shop.work():
        return [add_customer(f"C{number}") for number in range(3)]


def at_till(shop: Shop, amount: int, **more: object) -> dict[str, object]:
    return {"program": shop.program, "terminal": shop.own_terminal, "note": "", "amount": amount, **more}


def credit(shop: Shop, town: Town, customers: list[int]) -> int:
    said = at_till(shop, 2_000, special=False, valid_days=None, texts={})
    return do(shop, town.anna, "credit", said, customers)


def undo_two_and_cancel(shop: Shop, town: Town, number: int) -> None:
    """Begins to take it back, and stops behind the first two."""
    with shop.work(town.anna):
        undoing = steering.begin_undoing(held_batch(number)).id
    confirm(shop, town.anna, undoing)
    with shop.app.app_context():
        do_chunk(Scope(shop.id, town.anna.id), Chunk(undoing, 2, 0))
    with shop.work(town.anna):
        steering.cancel(held_batch(undoing))
    assert state(shop, undoing) is BatchState.CANCELLED
    assert became(shop, undoing) == {"done": 2, "pending": 1}


@pytest.mark.parametrize("action", ["removal", "credit"])
def test_who_was_taken_back_by_a_cancelled_undoing_is_passed_over(
    town: Town, shop: Shop, customers: list[int], action: str
) -> None:
    """The second undoing tells of those alone whom it moves points of."""
    number = credit(shop, town, customers)
    if action == "removal":
        number = do(shop, town.anna, "removal", at_till(shop, 500), customers)
    undo_two_and_cancel(shop, town, number)
    undoing = undo(shop, town.anna, number)
    assert foreseen(shop, undoing) == became(shop, undoing) == tallied(shop, undoing) == {"done": 1, "taken_back": 2}
    with shop.work():
        amount = 500 if action == "removal" else 2_000
        assert db.session.get_one(Batch, (shop.id, undoing)).foreseen["amount"] == amount


def test_a_location_operator_takes_its_credit_back(town: Town, shop: Shop) -> None:
    """BA-14, PR-3: what is taken back counts where it was credited, so that the walls let it see that."""
    with shop.work():
        own = [add_customer(f"Own {number}", point_of_sale=shop.franchised_place) for number in range(2)]
    till = {"terminal": shop.franchised_terminal, "special": False, "valid_days": None, "texts": {}}
    number = do(shop, town.boris, "credit", {**at_till(shop, 2_000), **till}, own)
    undoing = undo(shop, town.boris, number)
    assert foreseen(shop, undoing) == became(shop, undoing) == {"done": 2}


def test_points_that_a_merge_moved_and_gave_back_are_taken_back(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-14, CP-9: whole of who spent nothing, else what is left; and nothing else of anyone."""
    with shop.work():
        add_points(customers[1], 700, days=2)
    number = credit(shop, town, customers)
    with shop.work(town.anna):
        for absorbed in customers[1:]:
            undo_merge(customers[0], merge(customers[0], absorbed))
        spend(shop, customers[2], 500)
    undoing = undo(shop, town.anna, number)
    assert foreseen(shop, undoing) == became(shop, undoing) == {"done": 3}
    with shop.work():
        assert db.session.get_one(Batch, (shop.id, undoing)).foreseen["amount"] == 5_500
        assert [lots(each) for each in customers] == [[], [(700, 2)], []]
        whole = select(Entry.customer_id).where(Entry.kind == EntryKind.REVERSED, Entry.reverses_id.is_not(None))
        assert sorted(db.session.scalars(whole)) == customers[:2]
        nothing_differs()


def statuses(shop: Shop) -> list[tuple[MessageStatus, str]]:
    with shop.work():
        told = select(Message.status, Message.reason).where(Message.customer_id.is_not(None))
        return [(row.status, row.reason) for row in db.session.execute(told.order_by(Message.id))]


@pytest.mark.parametrize("person", ["anna", "boris"])
def test_what_has_not_left_does_not_tell_of_points_that_were_taken_back(town: Town, shop: Shop, person: str) -> None:
    """BA-14: quiet hours hold it, say. It costs nothing; who keeps the points is told of them."""
    with shop.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(1_000_000, "one")
        db.session.execute(update(Program).values(notifications="sms"))
        phones = [f"+38067000000{number}" for number in range(3)]
        said = {"point_of_sale": shop.franchised_place, "confirmed": True}
        customers = [add_customer(f"C{number}", phone=phone, **said) for number, phone in enumerate(phones)]
    who = town.people[person]
    till = {"terminal": shop.franchised_terminal, "special": False, "valid_days": None, "texts": {}}
    number = do(shop, who, "credit", {**at_till(shop, 2_000), **till}, customers)
    do(shop, who, "removal", {**at_till(shop, 2_000), "terminal": shop.franchised_terminal}, customers[:1])
    undo(shop, who, number)
    stopped = (MessageStatus.REJECTED, Reason.UNDONE)
    assert statuses(shop) == [(MessageStatus.QUEUED, ""), stopped, stopped]
    send(shop)
    assert statuses(shop) == [(MessageStatus.SENT, ""), stopped, stopped]


def test_what_has_left_stays_sent(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-14"""
    with shop.work():
        db.session.execute(update(Program).values(notifications="push"))
        db.session.execute(update(Customer).values(app_installed=True))
    number = credit(shop, town, customers)
    with shop.work():
        db.session.execute(update(Outbox).values(step=Step.SENDING))
    undo(shop, town.anna, number)
    assert statuses(shop) == [(MessageStatus.QUEUED, "")] * 3
