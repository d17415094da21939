"""Series of which rules may give coupons (LP-2)."""

from __future__ import annotations

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.loyalty.queries.series import SeriesName
from app.offers.models import CouponSeries


def series_names() -> list[SeriesName]:
    """Every series by its title, those switched off and archived too."""
    mine = select(CouponSeries).where(CouponSeries.business_id == business_id())
    return [
        SeriesName(each.id, each.title, each.active and each.archived_at is None)
        for each in db.session.scalars(mine.order_by(CouponSeries.title, CouponSeries.id))
    ]
