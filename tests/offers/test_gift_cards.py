"""Gift cards: the balance is the sum of the entries whatever happens, and every movement happens once (LP-8, TE-5)."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.extensions import db
from app.lib import dates
from app.offers.models import GiftCard
from app.offers.services import Refused, RefusedError, pay_by_gift_card, restore_gift_cards, usable_gift_card
from app.offers.services.gift_cards import make_gift_card
from tests.factories import add_customer, add_sale
from tests.offers.holding import nothing_differs
from tests.people import Shop
from tests.transactions.races import many_connections

FULL = 50_000


def card_with(shop: Shop, amount: int = FULL, days: int | None = None) -> int:
    with shop.work():
        return make_gift_card(amount, dates.now() + timedelta(days=days) if days else None).id


def balance(shop: Shop, card: int) -> int:
    with shop.work():
        return int(db.session.get_one(GiftCard, (shop.id, card)).balance)


def sales_of(shop: Shop, number: int) -> list[int]:
    with shop.work():
        customer = add_customer()
        return [add_sale(customer, shop.own_terminal, 10_000) for _ in range(number)]


def pay(shop: Shop, card: int, amount: int, sale: int) -> None:
    with shop.work():
        pay_by_gift_card(card, amount, f"sale:{sale}:{card}", sale, shop.own_place, dates.now())


def test_it_pays_once_for_a_key_and_a_cancel_gives_back(shop: Shop) -> None:
    """TE-5"""
    card, (sale, other) = card_with(shop), sales_of(shop, 2)
    for _ in range(2):
        pay(shop, card, 20_000, sale)
    pay(shop, card, 5_000, other)
    assert balance(shop, card) == 25_000
    for _ in range(2):
        with shop.work():
            restore_gift_cards(sale)
    assert balance(shop, card) == 45_000
    nothing_differs(shop)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"active": False}, Refused.OFF),
        ({"expires_at": -1}, Refused.EXPIRED),
        ({}, Refused.EMPTY),
    ],
)
def test_what_pays_nothing_is_refused(shop: Shop, spoil: dict[str, int], reason: Refused) -> None:
    """TE-4"""
    card, (sale,) = card_with(shop), sales_of(shop, 1)
    with shop.work():
        row = db.session.get_one(GiftCard, (shop.id, card))
        for name, value in spoil.items():
            setattr(row, name, dates.now() + timedelta(days=value) if name == "expires_at" else value)
    with pytest.raises(RefusedError) as refused:
        pay(shop, card, FULL + 1, sale)
    assert refused.value.reason is reason
    assert balance(shop, card) == FULL
    with pytest.raises(RefusedError), shop.work():
        usable_gift_card(10**9, dates.now())


def test_a_card_is_never_overdrawn_however_many_pay(shop: Shop) -> None:
    """LP-8: 16 sales at once, money for 5 of them."""
    card, sales = card_with(shop), sales_of(shop, 16)

    def attempt(sale: int) -> str:
        try:
            pay(shop, card, 10_000, sale)
        except RefusedError as refused:
            return refused.reason
        return "paid"

    with many_connections(shop, 16), ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(attempt, sales)) == {"paid": 5, Refused.EMPTY: 11}
    assert balance(shop, card) == 0
    nothing_differs(shop)


ACTS = st.lists(st.tuples(st.sampled_from(["pay", "restore"]), st.integers(0, 3), st.integers(1, 30_000)), max_size=12)


def test_whatever_is_done_adds_up(shop: Shop) -> None:
    """LP-8: drawn payments and cancels against a plain count of what is left."""
    sales = sales_of(shop, 4)

    @settings(max_examples=15, deadline=None)
    @given(ACTS)
    def run(acts: list[tuple[str, int, int]]) -> None:
        card, left, paid = card_with(shop), FULL, dict[int, int]()
        for act, number, amount in acts:
            sale = sales[number]
            if act == "restore":
                with shop.work():
                    restore_gift_cards(sale)
                left += paid.get(sale, 0)
                paid[sale] = 0
            elif sale not in paid:
                try:
                    pay(shop, card, amount, sale)
                except RefusedError:
                    assert amount > left
                else:
                    left, paid[sale] = left - amount, amount
            assert balance(shop, card) == left
        nothing_differs(shop)

    run()
