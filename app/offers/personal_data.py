"""Which offers a customer was given, for the file that it may ask for (CP-8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.offers.models import CustomerOffer, Offer


def personal_data(customer_id: int) -> list[dict[str, object]]:
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


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
