"""One coupon, one offer, one gift card in several hands at once: exactly one has it (TE-4, RELIABILITY: money)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import func, select

from app.customers.family import hold_customers
from app.customers.models import CustomerMerge
from app.customers.services.merging import hold_pair, merge_customers
from app.customers.services.unmerging import merge_to_undo, undo_merge
from app.db import business_id
from app.extensions import db
from app.ledger.models import Balance
from app.loyalty.rules import CouponIssue, PointsPercent
from app.offers.models import Coupon, CouponSeries, GiftCardEntry
from app.offers.services.issuing import hold_series
from app.offers.services.series import print_coupons
from app.transactions.models import Transaction
from app.transactions.services import Basket, BroughtRefusedError, RefusedError, cancel_sale, sell
from tests.factories import add_customer, add_points, add_rule, add_series
from tests.offers.holding import nothing_differs
from tests.people import Shop, Town
from tests.transactions.bringing import basket, coupon_for, gift_card, left_on, offer_for
from tests.transactions.races import many_connections
from tests.transactions.races import nothing_differs as books_agree

CENT = 1


def at_once(shop: Shop, baskets: list[Basket], threads: int) -> Counter[str]:
    """Sells each in a thread and a unit of work of its own; answers with what became of how many."""

    def one(sold: Basket) -> str:
        try:
            with shop.work():
                sell(sold, pin_checked=True)
        except BroughtRefusedError as refused:
            return refused.why.reason.value if refused.why else "least"
        except RefusedError as refused:
            return refused.refusal.value
        return "sold"

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(one, baskets))


@pytest.mark.parametrize("kind", ["coupons", "offers"])
def test_of_eight_sales_with_one_thing_one_has_it(town: Town, kind: str) -> None:
    """TE-4: a double click and two Terminals alike; nothing of the others stays."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer()
        add_points(customer, 10_000)
        thing = coupon_for(customer) if kind == "coupons" else offer_for(customer, 1_000)
    assert at_once(shop, [basket(shop, customer, **{kind: (thing,)})] * 8, 8) == {"sold": 1, "used": 7}
    with shop.work():
        assert db.session.scalar(select(func.count()).select_from(Transaction).where(Transaction.kind == 1)) == 1
        spent = 1_000 if kind == "offers" else 0
        assert db.session.get_one(Balance, (shop.id, shop.wallet, customer)).amount == 10_000 - spent
    nothing_differs(shop)
    books_agree(shop)


def test_a_coupon_of_nobody_is_had_by_one_customer(town: Town) -> None:
    """TE-4: customers do not wait for each other, so the coupon itself must decide."""
    shop = town.kavalier
    with shop.work():
        people = [add_customer(f"C{number}") for number in range(8)]
        coupon = coupon_for(people[0])
        row = db.session.get_one(Coupon, (business_id(), coupon))
        row.customer_id = row.holder_id = None
    became = at_once(shop, [basket(shop, each, coupons=(coupon,)) for each in people], 8)
    assert became["sold"] == 1
    assert became.total() == 8
    with shop.work():
        assert db.session.scalar(select(func.count()).select_from(Transaction).where(Transaction.kind == 1)) == 1


def test_64_connections_pay_with_one_gift_card_of_100(town: Town) -> None:
    """LP-8: 100 cents are paid once each, whoever pays; the sum of its entries is what is left."""
    shop = town.kavalier
    with shop.work():
        people = [add_customer(f"C{number}") for number in range(32)]
        card = gift_card(100)
    baskets = [basket(shop, people[number % 32], 5, gift_cards={card: CENT}) for number in range(160)]
    with many_connections(shop, 64):
        became = at_once(shop, baskets, 64)
    assert became == {"sold": 100, "empty": 60}
    with shop.work():
        assert left_on(card) == 0
        assert db.session.scalar(select(func.sum(GiftCardEntry.amount))) == 0
        assert db.session.scalar(select(func.count()).select_from(GiftCardEntry)) == 101
    nothing_differs(shop)
    books_agree(shop)


def test_rules_give_exactly_as_many_coupons_as_there_are(town: Town) -> None:
    """LP-2: of two series, given in either order by sales that use coupons of the other; nobody waits crosswise."""
    shop = town.kavalier
    with shop.work():
        one, other = add_series("One", number_limit=20), add_series("Other", number_limit=20)
        for number in (one, other):
            add_rule(shop.program, CouponIssue(number), name=f"Rule {number}")
        people = [add_customer(f"C{number}") for number in range(8)]
    assert at_once(shop, [basket(shop, each) for each in people], 8) == {"sold": 8}
    with shop.work():
        held = [
            tuple(db.session.scalars(select(Coupon.id).where(Coupon.holder_id == each).order_by(Coupon.series_id)))
            for each in people
        ]
    baskets = [
        basket(shop, each, coupons=coupons[:: 1 if number % 2 else -1])
        for number, (each, coupons) in enumerate(zip(people, held, strict=True))
    ]
    assert at_once(shop, [*baskets, *(basket(shop, each) for each in people)], 8) == {"sold": 16}
    with shop.work():
        issued = {each.id: each.issued for each in db.session.scalars(select(CouponSeries))}
    assert issued == {one: 20, other: 20}
    nothing_differs(shop)


def test_a_cancel_and_a_sale_of_what_it_gives_back_wait_for_each_other(town: Town) -> None:
    """TE-5: whatever comes first, the card's books agree."""
    shop = town.kavalier
    with shop.work():
        customer, other = add_customer(), add_customer("Taras")
        card, coupon = gift_card(5_000), coupon_for(customer)
        sold = sell(basket(shop, customer, gift_cards={card: 5_000}, coupons=(coupon,))).transaction_id

    def cancel() -> str:
        with shop.work():
            cancel_sale(db.session.get_one(Transaction, (shop.id, sold)))
        return "cancelled"

    def pay() -> str:
        return next(iter(at_once(shop, [basket(shop, other, gift_cards={card: 5_000})], 1)))

    acts: list[Callable[[], str]] = [cancel, pay, pay, pay]
    with ThreadPoolExecutor(4) as pool:
        became = Counter(pool.map(lambda act: act(), acts))
    assert became["cancelled"] == 1
    assert became["sold"] <= 1
    with shop.work():
        assert left_on(card) == 5_000 * (1 - became["sold"])
    nothing_differs(shop)


def test_a_cancel_waits_for_whoever_gets_something_back(town: Town) -> None:
    """CP-9: after a merge was undone an offer is again another's than who bought; a deadlock came of not waiting."""
    shop = town.kavalier
    with shop.work(town.anna):
        buyer, other = add_customer(), add_customer("Taras")
        offer = offer_for(other)
        merge_customers(*hold_pair(buyer, other), set())
    with shop.work(town.anna):
        sold = sell(basket(shop, buyer, offers=(offer,))).transaction_id
        merged = db.session.scalars(select(CustomerMerge)).one()
        undo_merge(*merge_to_undo(buyer, merged.id))

    def cancel() -> None:
        with shop.work():
            cancel_sale(db.session.get_one(Transaction, (shop.id, sold)))

    with ThreadPoolExecutor(1) as pool:
        with shop.work():
            hold_customers([other])
            cancelled = pool.submit(cancel)
            assert not wait([cancelled], timeout=0.3).done
        cancelled.result(timeout=10)
    nothing_differs(shop)
    books_agree(shop)


def test_a_cancel_that_is_made_up_for_waits_for_a_series_without_the_audit_chain(town: Town) -> None:
    """TE-5: who prints coupons of the series holds it, and then the chain: neither waits crosswise."""
    shop, held, waits = town.kavalier, threading.Event(), threading.Event()
    with shop.work():
        customer, series = add_customer(), add_series("Next time")
        add_rule(shop.program, PointsPercent(1_000), CouponIssue(series))
        sold = sell(basket(shop, customer)).transaction_id
        sell(basket(shop, customer, points=1_000), pin_checked=True)

    def print_some() -> None:
        with shop.work():
            row = hold_series(series)
            held.set()
            waits.wait(10)
            # Until the cancel stands at the series.
            time.sleep(0.5)
            print_coupons(row, 3, "printed")

    with ThreadPoolExecutor(1) as pool:
        printing = pool.submit(print_some)
        held.wait(10)
        with shop.work():
            waits.set()
            sale = db.session.get_one(Transaction, (shop.id, sold))
            cancel_sale(sale, reason="A wrong check", credit={shop.wallet: 100})
        printing.result(10)
    nothing_differs(shop)
    books_agree(shop)
