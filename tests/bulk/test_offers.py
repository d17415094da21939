"""Offers given and taken away in bulk, and back again (BA-10, BA-14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.bulk.models import BatchState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.offers.models import CustomerOffer, Offer
from app.offers.services import give_offer as give
from app.offers.services import redeem_offer, remove_offer
from tests.bulk.batches import became, confirm, do, foreseen, preview, run, state, tallied, undo
from tests.factories import add_customer, add_offer, add_sale
from tests.offers.holding import held, nothing_differs
from tests.people import Shop, Town


@pytest.fixture
def customers(shop: Shop) -> list[int]:
    with shop.work():
        return [add_customer(f"C{number}") for number in range(5)]


@pytest.fixture
def offer(shop: Shop) -> int:
    with shop.work():
        return add_offer()


def said(offer: int, way: str = "give") -> dict[str, object]:
    return {"way": way, "offer_id": offer}


def in_hand(shop: Shop, customers: list[int]) -> list[int]:
    nothing_differs(shop)
    return [held(shop, each)[1] for each in customers]


def given(shop: Shop, offer: int) -> dict[int, int]:
    """Customer → what it was given last."""
    with shop.work():
        rows = select(CustomerOffer).where(CustomerOffer.offer_id == offer).order_by(CustomerOffer.id)
        return {each.customer_id: each.id for each in db.session.scalars(rows)}


def change(shop: Shop, offer: int, **values: Any) -> None:
    with shop.work():
        db.session.execute(update(Offer).where(Offer.id == offer).values(**values))


def test_who_has_it_not_is_given_it(town: Town, shop: Shop, customers: list[int], offer: int) -> None:
    """BA-10, BA-11, BA-13"""
    with shop.work():
        give(offer, customers[:2], "before")
    number = preview(shop, town.anna, "offers", said(offer), customers)
    assert foreseen(shop, number) == {"done": 3, "has_offer": 2}
    with shop.work():
        give(offer, customers[2:3], "meanwhile")
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"done": 2, "has_offer": 3}
    assert in_hand(shop, customers) == [1] * 5


def test_what_was_given_is_withdrawn_where_it_is_in_hand(
    town: Town, shop: Shop, customers: list[int], offer: int
) -> None:
    """BA-14: who redeemed it keeps that; one taken away, given again by hand, over stays as it is."""
    number = do(shop, town.anna, "offers", said(offer), customers)
    rows = given(shop, offer)
    with shop.work():
        sale = add_sale(customers[0], shop.own_terminal, 100)
        redeem_offer(rows[customers[0]], customers[0], sale, shop.own_place, dates.now())
        remove_offer(rows[customers[1]])
        give(offer, [customers[1]], "again")
        remove_offer(rows[customers[2]])
    undoing = undo(shop, town.anna, number)
    assert became(shop, undoing) == {"done": 2, "offer_redeemed": 1, "offer_removed": 2}
    assert in_hand(shop, customers) == [0, 1, 0, 0, 0]
    assert state(shop, number) is BatchState.UNDONE


def test_what_was_taken_away_comes_back_as_it_was(town: Town, shop: Shop, customers: list[int], offer: int) -> None:
    """BA-10, BA-14"""
    with shop.work():
        give(offer, customers[:4], "before")
    before = given(shop, offer)
    number = do(shop, town.anna, "offers", said(offer, "take"), customers)
    assert became(shop, number) == {"done": 4, "no_offer": 1}
    assert in_hand(shop, customers) == [0] * 5
    with shop.work():
        give(offer, customers[:1], "again")
    undoing = undo(shop, town.anna, number)
    assert became(shop, undoing) == {"done": 3, "has_offer": 1}
    assert in_hand(shop, customers) == [1, 1, 1, 1, 0]
    assert {each: number for each, number in given(shop, offer).items() if each in customers[1:]} == {
        each: number for each, number in before.items() if each in customers[1:]
    }


def test_of_merged_records_all_is_taken_and_put_back(town: Town, shop: Shop, offer: int) -> None:
    """CP-9: a survivor can have the same offer in hand twice."""
    with shop.work(town.anna):
        survivor, absorbed = add_customer("Olena"), add_customer("Olena", phone="")
        give(offer, [survivor, absorbed], "before")
    with shop.work(town.anna):
        merge_customers(*hold_pair(survivor, absorbed), set())
    assert in_hand(shop, [survivor]) == [2]
    number = do(shop, town.anna, "offers", said(offer, "take"), [survivor, absorbed])
    assert became(shop, number) == {"done": 1}
    assert in_hand(shop, [survivor]) == [0]
    undo(shop, town.anna, number)
    assert in_hand(shop, [survivor]) == [2]


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        ({"active": False}, "offer_off"),
        ({"archived_at": dates.NEVER}, "offer_off"),
        ({"ends_at": dates.now() - timedelta(seconds=1)}, "offer_over"),
    ],
)
def test_what_is_off_or_over_is_given_to_nobody(
    town: Town, shop: Shop, customers: list[int], offer: int, gone: dict[str, object], reason: str
) -> None:
    """BA-11: by the time of the run too; what is off can be taken away still."""
    number = preview(shop, town.anna, "offers", said(offer), customers)
    with shop.work():
        give(offer, customers[:1], "before")
    change(shop, offer, **gone)
    assert foreseen(shop, preview(shop, town.anna, "offers", said(offer), customers)) == {reason: 5}
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {reason: 5}
    assert foreseen(shop, preview(shop, town.anna, "offers", said(offer, "take"), customers)) == {
        "done": 1,
        "no_offer": 4,
    }


def test_what_is_over_by_then_is_not_put_back(town: Town, shop: Shop, customers: list[int], offer: int) -> None:
    """BA-14"""
    do(shop, town.anna, "offers", said(offer), customers)
    number = do(shop, town.anna, "offers", said(offer, "take"), customers)
    change(shop, offer, ends_at=dates.now() - timedelta(seconds=1))
    with shop.work(town.anna):
        undoing = steering.begin_undoing(held_batch(number)).id
    assert foreseen(shop, undoing) == {"offer_over": 5}


def test_a_location_operator_withdraws_what_it_sees(town: Town, shop: Shop, offer: int) -> None:
    """PR-3: one redeemed elsewhere is hidden from it, and counts as redeemed."""
    with shop.work():
        own = [add_customer(f"Own {each}", point_of_sale=shop.franchised_place) for each in range(2)]
    number = do(shop, town.boris, "offers", said(offer), own)
    assert became(shop, number) == {"done": 2}
    with shop.work():
        sale = add_sale(own[0], shop.own_terminal, 100)
        redeem_offer(given(shop, offer)[own[0]], own[0], sale, shop.own_place, dates.now())
    assert became(shop, undo(shop, town.boris, number)) == {"done": 1, "offer_redeemed": 1}
