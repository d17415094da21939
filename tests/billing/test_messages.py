"""Messages reserve what they cost before they leave: what cannot be paid for waits (BI-1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.billing.check import faults
from app.billing.models import ChargeKind
from app.billing.queries import balance, spendable, totals
from app.billing.services import (
    Prices,
    charge_messages,
    release_messages,
    reserve_messages,
    set_tariff,
    top_up,
)
from app.period import EARLIEST, LATEST
from tests.people import Shop, Town

SMS, VIBER = ChargeKind.SMS, ChargeKind.VIBER


@pytest.fixture
def shop(town: Town) -> Shop:
    """Kavalier has 10.00; a segment costs 0.80, a Viber 0.50."""
    with town.kavalier.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(1_000, "first")
    return town.kavalier


def test_what_cannot_be_paid_for_waits(shop: Shop) -> None:
    """BI-1: 1.60 and 7.20 of 10.00; 2.40 are too much then, 0.80 are not."""
    with shop.work():
        assert reserve_messages(SMS, {1: 2, 2: 9, 3: 3, 4: 1}) == {1, 2, 4}
        assert (balance(), spendable()) == (1_000, 40)
        assert reserve_messages(VIBER, {1: 1}) == set()
    with shop.work():
        top_up(10, "second")
        assert reserve_messages(VIBER, {1: 1}) == {1}
        assert spendable() == 0


def test_what_left_is_charged_once_and_what_did_not_is_given_back(shop: Shop) -> None:
    """BI-1: in segments, at the price at which it was reserved; one that was rejected costs nothing."""
    with shop.work():
        assert reserve_messages(SMS, {1: 2, 2: 1}) == {1, 2}
        set_tariff(Prices(0, 0, 90, 50))
    with shop.work():
        for _each in range(2):
            charge_messages(SMS, [1, 99])
            release_messages(SMS, [1, 2, 99])
        assert balance() == spendable() == 1_000 - 160
        (sent,) = (each for each in totals(EARLIEST, LATEST) if each.kind is SMS)
        assert (sent.quantity, sent.rate, sent.amount) == (2, -80, -160)
        assert reserve_messages(SMS, {2: 1}) == {2}
        assert spendable() == 1_000 - 160 - 90
        assert faults() == []


def test_reserving_twice_reserves_once(shop: Shop) -> None:
    with shop.work():
        assert reserve_messages(SMS, {1: 12}) == reserve_messages(SMS, {1: 12}) == {1}
        assert spendable() == 40


def test_with_nothing_left_only_what_is_free_leaves(shop: Shop, town: Town) -> None:
    with shop.work():
        set_tariff(Prices(0, 0, 80, 0))
        reserve_messages(SMS, {1: 12})
        assert reserve_messages(SMS, {2: 1}) == set()
        assert reserve_messages(VIBER, {3: 1}) == {3}
    with town.teremok.work():
        assert reserve_messages(SMS, {1: 1}) == {1}


def test_workers_at_once_never_reserve_more_than_there_is(shop: Shop) -> None:
    """BI-1, RELIABILITY: twelve segments can be paid for, and thirty are asked for."""

    def claim(number: int) -> int:
        with shop.work():
            taken = reserve_messages(SMS, {number * 10 + each: 1 for each in range(5)})
        with shop.work():
            charge_messages(SMS, taken)
        return len(taken)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, range(6))) == 12
    with shop.work():
        assert balance() == spendable() == 40
        assert faults() == []


@pytest.mark.parametrize("who", ["olha", "boris"])
def test_whoever_does_it_it_is_charged_or_given_back(shop: Shop, town: Town, who: str) -> None:
    """BI-1: an operator reads no charges, but says what became of a message, and erases customers."""
    with shop.work():
        assert reserve_messages(SMS, {1: 2, 2: 1}) == {1, 2}
    with shop.work(town.people[who]):
        charge_messages(SMS, [1])
        release_messages(SMS, [2])
    with town.teremok.work(town.oleg):
        charge_messages(SMS, [1])
    with shop.work():
        assert balance() == spendable() == 1_000 - 160
        assert faults() == []
