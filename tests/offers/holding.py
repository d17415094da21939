"""What tests of coupons, gift cards and offers share."""

from __future__ import annotations

from app.extensions import db
from app.offers.check import faults
from app.offers.models import Coupon, CouponSeries, CustomerHolding
from tests.people import Shop


def nothing_differs(shop: Shop) -> None:
    """Cards are the sums of their entries, series and customers have the numbers that are there."""
    with shop.work():
        assert faults() == []


def numbers(shop: Shop, series: int) -> tuple[int, int]:
    """Issued and used."""
    with shop.work():
        row = db.session.get_one(CouponSeries, (shop.id, series))
        return row.issued, row.used


def held(shop: Shop, customer: int) -> tuple[int, int]:
    """Coupons and offers that a customer holds."""
    with shop.work():
        row = db.session.get_one(CustomerHolding, (shop.id, customer))
        return row.coupons, row.offers


def coupon_of(shop: Shop, coupon: int) -> Coupon:
    row: Coupon = db.session.get_one(Coupon, (shop.id, coupon))
    return row
