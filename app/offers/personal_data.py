"""Which offers, coupons and gift cards a customer was given, for the file that it may ask for (CP-8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.offers.models import Coupon, CouponSeries, CustomerOffer, GiftCard, Offer


def offers(customer_id: int) -> list[dict[str, object]]:
    """Every offer, oldest first, with what became of it."""
    rows = db.session.execute(
        select(CustomerOffer, Offer.title, Offer.ends_at)
        .join(Offer, (Offer.business_id == CustomerOffer.business_id) & (Offer.id == CustomerOffer.offer_id))
        .where(CustomerOffer.business_id == business_id(), CustomerOffer.customer_id == customer_id)
        .order_by(CustomerOffer.given_at, CustomerOffer.id)
    )
    return [
        {
            "title": row.title,
            "given_at": row.CustomerOffer.given_at.isoformat(),
            "ends_at": _moment(row.ends_at),
            "redeemed_at": _moment(row.CustomerOffer.redeemed_at),
            "removed_at": _moment(row.CustomerOffer.removed_at),
        }
        for row in rows
    ]


def coupons(customer_id: int) -> list[dict[str, object]]:
    """Every coupon, oldest first, with what became of it."""
    rows = db.session.execute(
        select(Coupon, CouponSeries.title, CouponSeries.code)
        .join(CouponSeries, (CouponSeries.business_id == Coupon.business_id) & (CouponSeries.id == Coupon.series_id))
        .where(Coupon.business_id == business_id(), Coupon.customer_id == customer_id)
        .order_by(Coupon.issued_at, Coupon.id)
    )
    return [
        {
            "title": row.title,
            "code": row.Coupon.code or row.code,
            "issued_at": row.Coupon.issued_at.isoformat(),
            "expires_at": _moment(row.Coupon.expires_at),
            "used_at": _moment(row.Coupon.used_at),
            "removed_at": _moment(row.Coupon.removed_at),
        }
        for row in rows
    ]


def gift_cards(customer_id: int) -> list[dict[str, object]]:
    """Every gift card that was issued to it; in the smallest unit of the currency."""
    cards = select(GiftCard).where(GiftCard.business_id == business_id(), GiftCard.customer_id == customer_id)
    return [
        {
            "code": card.code,
            "issued_at": card.sold_at.isoformat(),
            "expires_at": _moment(card.expires_at),
            "issued_with": card.initial,
            "left": card.balance,
        }
        for card in db.session.scalars(cards.order_by(GiftCard.sold_at, GiftCard.id))
    ]


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
