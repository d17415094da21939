"""Offers, coupons and gift cards: what the brand has, and what a customer has (LP-8, CP-5)."""

from app.offers.views import coupons, gift_cards, of_customer, offers
from app.offers.views.blueprint import blueprint

__all__ = ["blueprint", "coupons", "gift_cards", "of_customer", "offers"]
