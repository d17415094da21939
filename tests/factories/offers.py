"""Offers and series of coupons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.db import business_id
from app.lib import dates
from app.offers.models import CouponKind, CouponSeries, CustomerOffer, Offer
from app.offers.services.holding import add_offers
from tests.factories.rows import add


def add_offer(title: str = "Second croissant free", text: str = "The second is on us.", **values: Any) -> int:
    """An offer of the business, free, and begun a month ago unless told otherwise; answers with its id."""
    begun = {"starts_at": dates.now() - timedelta(days=30)}
    words = {"public_titles": {"en": title}, "texts": {"en": text}}
    offer = Offer(business_id=business_id(), title=title, **(begun | words | values))
    add(offer)
    return offer.id


def give_offer(customer_id: int, offer_id: int, **values: Any) -> int:
    """An offer in a customer's hands; answers with the id of its being there."""
    now = {"given_at": dates.now(), "holder_id": customer_id}
    given = CustomerOffer(business_id=business_id(), customer_id=customer_id, offer_id=offer_id, **(now | values))
    add(given)
    if not {"redeemed_at", "removed_at", "lapsed_at"} & values.keys():
        add_offers([customer_id], 1)
    return given.id


def add_series(title: str = "Ten percent off", **values: Any) -> int:
    """A series of coupons of 10 %, begun a month ago unless told otherwise; answers with its id."""
    known = {"kind": CouponKind.PERCENT, "value": 1000, "issue_from": dates.now() - timedelta(days=30)}
    series = CouponSeries(business_id=business_id(), title=title, **({"public_titles": {"en": title}} | known | values))
    add(series)
    return series.id
