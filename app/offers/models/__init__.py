"""Coupon series, coupons, gift cards and offers; how many of them each customer holds (LP-8, CP-5)."""

from app.offers.models.coupons import CodeKind, Coupon, CouponKind, CouponSeries, CouponStatus
from app.offers.models.gift_cards import GiftCard, GiftCardEntry
from app.offers.models.holding import CodeGuess, CustomerHolding
from app.offers.models.offers import CustomerOffer, Offer

__all__ = [
    "CodeGuess",
    "CodeKind",
    "Coupon",
    "CouponKind",
    "CouponSeries",
    "CouponStatus",
    "CustomerHolding",
    "CustomerOffer",
    "GiftCard",
    "GiftCardEntry",
    "Offer",
]
