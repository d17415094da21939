"""How few statements a customer's page takes, however much stands on it (MY-1)."""

from __future__ import annotations

import pytest

from app.offers.services import issue_coupon
from app.transactions.services import sell
from tests.factories import add_account, add_message, add_offer, add_points, add_series, give_offer, hold
from tests.my.arriving import arrive, my
from tests.people import Shop
from tests.transactions.bringing import basket

MOST = 20
"""With those that find the business, the session and the customer."""


@pytest.mark.parametrize("path", ["", "/offers", "/messages", "/history", "/settings"])
def test_statements_do_not_grow_with_rows(shop: Shop, olena: int, count_statements, path: str) -> None:  # type: ignore[no-untyped-def]
    client = arrive(shop, olena)
    add_one_of_each(shop, olena)
    with count_statements() as few:
        assert client.get(my(shop, path)).status_code == 200
    for _each in range(5):
        add_one_of_each(shop, olena)
    with count_statements() as many:
        assert client.get(my(shop, path)).status_code == 200
    assert len(many) == len(few)
    assert len(few) <= MOST, few


def add_one_of_each(shop: Shop, customer: int) -> None:
    with shop.work():
        add_points(customer, 1_000, days=30)
        hold(customer, add_account("Deposit"), 500)
        give_offer(customer, add_offer())
        issue_coupon(add_series(), customer, "test")
        add_message(customer)
        sell(basket(shop, customer, 1_000))
