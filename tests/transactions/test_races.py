"""Races for the same points, with threads and real commits (RELIABILITY: the redemption race and the mixed race)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.customers.details import details_of
from app.customers.models import CustomerMerge
from app.customers.queries import customer_to_change, customer_to_erase
from app.customers.services import change_customer
from app.customers.services.erasing import Reason, erase_customer
from app.customers.services.merging import GoneError, hold_pair, merge_customers
from app.customers.services.unmerging import merge_to_undo, undo_merge
from app.extensions import db
from app.ledger.services import expire_lots
from app.loyalty.models import Access
from app.loyalty.services.programs import create_program
from app.transactions.models import Transaction
from app.transactions.services import Basket, BasketLine, Refusal, RefusedError, cancel_sale, sell
from tests.factories import add_customer, add_points
from tests.people import Town
from tests.transactions.races import Crowd, many_connections, nothing_differs, redeem_with_twins

LONG, FAULTS = pytest.mark.long, pytest.mark.faults


def test_no_point_is_spent_twice_and_no_form_carried_out_twice(town: Town) -> None:
    """RELIABILITY: redemption race, in short."""
    became = redeem_with_twins(town.kavalier, town.anna, balance=20, keys=100, threads=8, seed=1)
    assert became == {"sold": 20, "again": 20, "too_many_points": 160}
    nothing_differs(town.kavalier)


def test_whatever_happens_at_once_adds_up_and_nobody_meets_a_deadlock(town: Town) -> None:
    """RELIABILITY: mixed race, in short."""
    acts = ("sell", "redeem", "bring", "cancel", "credit", "expire", "edit", "merge", "undo", "bulk")
    wanted = frozenset(f"{act} done" for act in acts)
    assert wanted <= Crowd(town.kavalier, town.anna, seed=3).run(threads=8, seconds=3, wanted=wanted).keys()
    nothing_differs(town.kavalier)


def test_a_cancel_waits_for_a_sale_in_another_program(town: Town) -> None:
    """CT-2: they share no balance, but the customer's figures."""
    shop = town.kavalier
    with shop.work():
        bakery, customer = create_program("Bakery club", {"en": "Bakery club"}), add_customer()
        sold = sell(Basket(customer, bakery, shop.own_terminal, (BasketLine("Cake", 900),)))

    def cancel() -> None:
        with shop.work():
            cancel_sale(db.session.get_one(Transaction, (shop.id, sold.transaction_id)))

    with ThreadPoolExecutor(1) as pool:
        with shop.work():
            sell(Basket(customer, shop.program, shop.own_terminal, (BasketLine("Coffee", 500),)))
            cancelled = pool.submit(cancel)
            assert not wait([cancelled], timeout=0.3).done
        cancelled.result(timeout=10)
    nothing_differs(shop)


def test_a_sale_waits_for_an_erasure_and_is_refused(town: Town) -> None:
    """CP-8."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer(phone="+380671112233")

    def buy() -> None:
        with shop.work():
            sell(Basket(customer, shop.program, shop.own_terminal, (BasketLine("Coffee", 500),)))

    with ThreadPoolExecutor(1) as pool:
        with shop.work():
            erase_customer(customer_to_erase(customer), "2233", Reason.REQUEST)
            sale = pool.submit(buy)
            assert not wait([sale], timeout=0.3).done
        with pytest.raises(RefusedError) as raised:
            sale.result(timeout=10)
    assert raised.value.refusal is Refusal.CUSTOMER_GONE
    nothing_differs(shop)


def test_a_sale_waits_for_an_edit_and_goes_by_what_it_said(town: Town) -> None:
    """AC-1: who is blacklisted meanwhile buys nothing."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer()

    def buy() -> None:
        with shop.work():
            sell(Basket(customer, shop.program, shop.own_terminal, (BasketLine("Coffee", 500),)))

    with ThreadPoolExecutor(1) as pool:
        with shop.work():
            held = customer_to_change(customer)
            sale = pool.submit(buy)
            assert not wait([sale], timeout=0.3).done
            kept = details_of(held)
            standing = replace(kept.standings[shop.program], access=Access.BLACKLISTED)
            change_customer(held, replace(kept, standings={shop.program: standing}))
        with pytest.raises(RefusedError) as raised:
            sale.result(timeout=10)
    assert raised.value.refusal is Refusal.BLACKLISTED


def test_an_expiry_does_not_wait_for_an_erasure(town: Town) -> None:
    """CP-8: expiry holds the balances of many; waiting for one customer, it would keep all the others waiting."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer(phone="+380671112233")
        add_points(customer, 500, days=-1)

    def expire() -> int:
        with shop.work():
            return expire_lots()

    with ThreadPoolExecutor(1) as pool, shop.work():
        erase_customer(customer_to_erase(customer), "2233", Reason.REQUEST)
        assert pool.submit(expire).result(timeout=5) == 1
    nothing_differs(shop)


def test_two_merges_the_other_way_round_make_one(town: Town) -> None:
    """CP-9: whoever is second finds the record gone, and nobody meets a deadlock."""
    shop = town.kavalier
    with shop.work():
        ends = [add_customer("A"), add_customer("B")]
        for each in ends:
            add_points(each, 500, days=3)

    def merge(order: list[int]) -> str:
        try:
            with shop.work(town.anna):
                merge_customers(*hold_pair(*order), set())
        except GoneError:
            return "gone"
        return "merged"

    for _round in range(10):
        with many_connections(shop, 8), ThreadPoolExecutor(8) as pool:
            became = list(pool.map(merge, [ends, ends[::-1]] * 4))
        assert sorted(became) == ["gone"] * 7 + ["merged"]
        nothing_differs(shop)
        with shop.work(town.anna):
            merged = db.session.scalars(select(CustomerMerge).where(CustomerMerge.undone_at.is_(None))).one()
            undo_merge(*merge_to_undo(merged.survivor_id, merged.id))


@pytest.mark.parametrize("seed", [pytest.param(each, marks=LONG if each < 5 else FAULTS) for each in range(20)])
def test_the_redemption_race(town: Town, seed: int) -> None:
    with many_connections(town.kavalier, 64):
        became = redeem_with_twins(town.kavalier, town.anna, balance=100, keys=500, threads=64, seed=seed)
    assert became == {"sold": 100, "again": 100, "too_many_points": 800}
    nothing_differs(town.kavalier)


@pytest.mark.parametrize("seconds", [pytest.param(60, marks=LONG), pytest.param(300, marks=FAULTS)])
def test_the_mixed_race(town: Town, seconds: int) -> None:
    with many_connections(town.kavalier, 32):
        Crowd(town.kavalier, town.anna, seed=7).run(threads=32, seconds=seconds)
    nothing_differs(town.kavalier)
