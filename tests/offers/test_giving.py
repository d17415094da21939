"""Offers in customers' hands: given once, redeemed once, given back, gone with their end (LP-8, CP-5, TE-5)."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.lib import dates
from app.offers.services import (
    NotIssued,
    NotIssuedError,
    Refused,
    RefusedError,
    give_offer,
    lapse_offers,
    redeem_offer,
    redeemable_offers,
    remove_offer,
    restore_offers,
)
from tests.factories import add_customer, add_offer, add_sale
from tests.offers.holding import held, nothing_differs
from tests.people import Shop
from tests.transactions.races import many_connections


@pytest.fixture
def offer(shop: Shop) -> int:
    with shop.work():
        return add_offer()


def give(shop: Shop, offer: int, customer: int, key: str = "1") -> int:
    with shop.work():
        return give_offer(offer, [customer], key).done[customer]


def redeem(shop: Shop, given: int, customer: int) -> int:
    with shop.work():
        sale = add_sale(customer, shop.own_terminal, 100)
        redeem_offer(given, customer, sale, shop.own_place, dates.now())
        return sale


def test_it_is_given_once_and_to_whom_it_can_be(shop: Shop, offer: int, olena: int) -> None:
    """BA-10, BA-13"""
    first = give(shop, offer, olena)
    assert give(shop, offer, olena) == first
    with shop.work():
        taras = add_customer("Taras")
        given = give_offer(offer, [olena, taras, 10**9], "2")
    assert (given.done.keys(), given.held, given.gone) == ({taras}, {olena}, {10**9})
    assert held(shop, olena) == held(shop, taras) == (0, 1)
    nothing_differs(shop)


def test_it_is_redeemed_once_and_a_cancel_gives_it_back(shop: Shop, offer: int, olena: int) -> None:
    """TE-5"""
    given = give(shop, offer, olena)
    sale = redeem(shop, given, olena)
    with pytest.raises(RefusedError) as refused:
        redeem(shop, given, olena)
    assert refused.value.reason is Refused.USED
    with shop.work():
        assert redeemable_offers(olena, dates.now()) == []
        restore_offers(sale)
    with shop.work():
        assert [each.id for each in redeemable_offers(olena, dates.now())] == [given]
    nothing_differs(shop)


def test_given_again_meanwhile_it_is_in_hand_once(shop: Shop, offer: int, olena: int) -> None:
    """TE-5: a cancel cannot put a second one of the same into the customer's hands."""
    sale = redeem(shop, give(shop, offer, olena), olena)
    again = give(shop, offer, olena, "2")
    with shop.work():
        restore_offers(sale)
    with shop.work():
        assert [each.id for each in redeemable_offers(olena, dates.now())] == [again]
    assert held(shop, olena) == (0, 1)
    nothing_differs(shop)


def test_it_is_redeemed_once_however_many_try(shop: Shop, offer: int, olena: int) -> None:
    given = give(shop, offer, olena)

    def attempt(_number: int) -> str:
        try:
            redeem(shop, given, olena)
        except RefusedError as refused:
            return refused.reason
        return "done"

    with many_connections(shop, 10), ThreadPoolExecutor(10) as pool:
        assert Counter(pool.map(attempt, range(10))) == {"done": 1, Refused.USED: 9}
    nothing_differs(shop)


@pytest.mark.parametrize(
    ("values", "reason"), [({"active": False}, NotIssued.OFF), ({"ends_at": dates.now()}, NotIssued.OVER)]
)
def test_what_is_off_or_over_is_not_given(shop: Shop, olena: int, values: dict[str, object], reason: NotIssued) -> None:
    with shop.work():
        offer = add_offer(**values)
    with pytest.raises(NotIssuedError) as refused, shop.work():
        give_offer(offer, [olena], "1")
    assert refused.value.reason is reason


def test_anothers_or_a_removed_one_is_refused(shop: Shop, offer: int, olena: int) -> None:
    given = give(shop, offer, olena)
    with shop.work():
        taras = add_customer("Taras")
    with pytest.raises(RefusedError) as refused:
        redeem(shop, given, taras)
    assert refused.value.reason is Refused.UNKNOWN
    with shop.work():
        assert remove_offer(given)
        assert not remove_offer(given)
    with pytest.raises(RefusedError) as refused:
        redeem(shop, given, olena)
    assert refused.value.reason is Refused.REMOVED
    nothing_differs(shop)


def test_when_it_ends_it_leaves_every_hand(shop: Shop, olena: int) -> None:
    """CP-5: refused at once, and counted no more within a minute."""
    with shop.work():
        offer = add_offer(ends_at=dates.now() + timedelta(milliseconds=300))
    given = give(shop, offer, olena)
    time.sleep(0.35)
    with pytest.raises(RefusedError) as refused:
        redeem(shop, given, olena)
    assert refused.value.reason is Refused.EXPIRED
    with shop.work():
        assert lapse_offers() == 1
    assert held(shop, olena) == (0, 0)
    nothing_differs(shop)
