"""What tests of coupons do: sell, issue, use."""

from __future__ import annotations

from app.lib import dates
from app.offers.services import (
    issue_coupon,
    redeem_coupon,
)
from tests.factories import add_sale
from tests.people import Shop


def sale_of(shop: Shop, customer: int) -> int:
    with shop.work():
        return add_sale(customer, shop.own_terminal, 10_000)


def issue(shop: Shop, series: int, customer: int, key: str = "test", source: int | None = None) -> int:
    with shop.work():
        return issue_coupon(series, customer, key, source_transaction_id=source).done[customer]


def use(shop: Shop, coupon: int, customer: int, sale: int) -> None:
    with shop.work():
        redeem_coupon(coupon, customer, sale, shop.own_place, dates.now())
