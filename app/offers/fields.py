"""What conditions ask of coupons and offers in customers' hands (CT-7)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.customers.conditions.fields import Field, Options
from app.customers.conditions.kinds import Choice, Number
from app.customers.parameters import BUSINESS
from app.customers.registry import Sample, Source
from app.offers.columns import held
from app.offers.models import Coupon, CouponSeries, CouponStatus, CustomerOffer, Offer
from app.offers.queries.catalogue import titles_of

OFFERS = _l("Offers and coupons")


def holding_fields() -> list[Field]:
    """Of those in hand: neither used, nor removed, nor past their date."""
    return [
        Field("coupons", _("Coupons in hand"), Number(), OFFERS, held, lambda rows: rows.c.coupons),
        Field("offers", _("Offers in hand"), Number(), OFFERS, held, lambda rows: rows.c.offers),
        Field(
            "coupon_series",
            _("Holds coupon of series"),
            Choice(),
            OFFERS,
            source=_coupons,
            column=lambda rows: rows.c.series_id,
            many=True,
            options=_series,
        ),
        Field(
            "offer",
            _("Holds offer"),
            Choice(),
            OFFERS,
            source=_offers,
            column=lambda rows: rows.c.offer_id,
            many=True,
            options=_every_offer,
        ),
    ]


def _coupons(_sample: Sample) -> Source:
    rows = Coupon.__table__.alias()
    in_hand = (rows.c.business_id == BUSINESS, rows.c.status == CouponStatus.HELD)
    return Source("coupons_held", rows, rows.c.holder_id, in_hand)


def _offers(_sample: Sample) -> Source:
    rows = CustomerOffer.__table__.alias()
    open_ones = (rows.c.redeemed_at.is_(None), rows.c.removed_at.is_(None), rows.c.lapsed_at.is_(None))
    return Source("offers_held", rows, rows.c.holder_id, (rows.c.business_id == BUSINESS, *open_ones))


def _series() -> Options:
    return [(str(number), title) for number, title in titles_of(CouponSeries)]


def _every_offer() -> Options:
    return [(str(number), title) for number, title in titles_of(Offer)]
