"""Coupons, offers and gift cards in the hands of those who buy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from app.db import business_id
from app.extensions import db
from app.offers.models import Coupon, CustomerOffer, GiftCard
from app.offers.services import issue_coupon
from app.offers.services.gift_cards import make_gift_card
from app.transactions.services import Basket, BasketLine, Brought
from tests.factories import add_offer, add_series, give_offer
from tests.people import Shop


def coupon_for(customer: int, **series: Any) -> int:
    """A coupon of a series of its own; answers with its id."""
    number = add_series(**series)
    return issue_coupon(number, customer, f"test:{number}").done[customer]


def offer_for(customer: int, price: int = 0, title: str = "Second croissant free") -> int:
    """An offer in a customer's hands; answers with the id of its being there."""
    return give_offer(customer, add_offer(title, price=price))


def gift_card(amount: int, expires_at: datetime | None = None) -> int:
    return make_gift_card(amount, expires_at).id


def basket(shop: Shop, customer: int, *amounts: int, points: int = 0, **brought: Any) -> Basket:
    lines = tuple(BasketLine(f"Good {number}", amount) for number, amount in enumerate(amounts or (10_000,), start=1))
    plain = Basket(customer, shop.program, shop.own_terminal, lines, points)
    return replace(plain, brought=Brought(**brought))


def used(coupon: int) -> bool:
    return _now(Coupon, coupon).used_at is not None


def redeemed(customer_offer: int) -> bool:
    return _now(CustomerOffer, customer_offer).redeemed_at is not None


def left_on(card: int) -> int:
    return int(_now(GiftCard, card).balance)


def _now(kind: Any, number: int) -> Any:
    return db.session.get_one(kind, (business_id(), number), populate_existing=True)
