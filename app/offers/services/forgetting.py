"""What an erased customer held: nobody can use it any more (CP-8)."""

from __future__ import annotations

from sqlalchemy import select, update

from app.db import business_id
from app.extensions import db
from app.offers.models import Coupon, CouponStatus, CustomerOffer, GiftCard
from app.offers.services.coupons import remove_coupon
from app.offers.services.offers import remove_offer


def forget_holdings(customer_id: int) -> None:
    """Takes coupons and offers out of its hands, and its name off gift cards, whose code pays still."""
    coupons = select(Coupon.id).where(
        Coupon.business_id == business_id(), Coupon.holder_id == customer_id, Coupon.status == CouponStatus.HELD
    )
    offers = select(CustomerOffer.id).where(
        CustomerOffer.business_id == business_id(), CustomerOffer.holder_id == customer_id
    )
    for coupon in db.session.scalars(coupons.order_by(Coupon.series_id, Coupon.id)).all():
        remove_coupon(coupon)
    for offer in db.session.scalars(offers).all():
        remove_offer(offer)
    cards = update(GiftCard).where(GiftCard.business_id == business_id(), GiftCard.customer_id == customer_id)
    db.session.execute(cards.values(customer_id=None))
