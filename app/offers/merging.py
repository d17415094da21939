"""Coupons and offers of two records that become one, and two again: no row moves but the note of who holds it (CP-9).

What the survivor used meanwhile stays used; whatever the absorbed record was given is its own again.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select

from app.customers.registry import Compared, Merge
from app.db import business_id
from app.extensions import db
from app.filters import language
from app.lib import formats
from app.offers.models import Coupon, CouponStatus, CustomerHolding, CustomerOffer
from app.offers.services import rehold


def merge(merged: Merge) -> None:
    rehold(merged.family, merged.survivor)


def undo(merged: Merge) -> None:
    rehold(merged.family, merged.absorbed, was_with=merged.survivor)


def compare(survivor: int, absorbed: int) -> Sequence[Compared]:
    """How many each holds, where either holds any."""
    held = select(CustomerHolding).where(
        CustomerHolding.business_id == business_id(), CustomerHolding.customer_id.in_([survivor, absorbed])
    )
    found = {each.customer_id: (each.coupons, each.offers) for each in db.session.scalars(held)}
    mine, theirs = (found.get(each, (0, 0)) for each in (survivor, absorbed))
    return [
        Compared(label, *(formats.number(each, language()) for each in (one, other, one + other)))
        for label, one, other in zip(_labels(), mine, theirs, strict=True)
        if one or other
    ]


def foretell(merged: Merge) -> Sequence[tuple[str, str]]:
    coupons = _count(Coupon, merged, Coupon.status == CouponStatus.HELD)
    open_ones = CustomerOffer.redeemed_at.is_(None) & CustomerOffer.removed_at.is_(None)
    offers = _count(CustomerOffer, merged, open_ones & CustomerOffer.lapsed_at.is_(None))
    told = zip(_labels(), (coupons, offers), strict=True)
    return [(label, formats.number(each, language())) for label, each in told if each]


def _labels() -> tuple[str, str]:
    return _("Coupons"), _("Offers")


def _count(kind: type[Coupon | CustomerOffer], merged: Merge, held: ColumnElement[bool]) -> int:
    mine = kind.business_id == business_id(), kind.customer_id.in_(merged.family), held
    return int(db.session.scalar(select(func.count()).select_from(kind).where(*mine)) or 0)
