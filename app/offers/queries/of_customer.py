"""The offers of a customer, those of records merged into it among them, newest first (CP-5, CP-9).

Those that ended unredeemed or were taken away are not listed. Row-level security leaves a location operator what was
not redeemed elsewhere (PR-3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from app.businesses.models import PointOfSale
from app.customers.family import of_family, stretches
from app.db import business_id
from app.extensions import db
from app.offers.models import CustomerOffer, Offer
from app.paging import Order, PageKey

ORDER = Order(CustomerOffer.given_at.expression, CustomerOffer.id.expression)


def offers(customer_id: int, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of a customer's offers and one more."""
    records = stretches(customer_id)
    ids = ORDER.newest(_listed(CustomerOffer.customer_id == records.c.customer_id), key, records).subquery()
    columns: list[Any] = [
        *(CustomerOffer.id, CustomerOffer.given_at, CustomerOffer.redeemed_at),
        *(Offer.title, Offer.texts, Offer.price, Offer.starts_at, Offer.ends_at, Offer.active),
        PointOfSale.name.label("place"),
    ]
    statement = (
        select(*columns)
        .join(ids, ids.c.id == CustomerOffer.id)
        # Outer, so that offers are looked up for the rows, never the rows gathered anew for each offer.
        .outerjoin(Offer, _offer())
        .outerjoin(
            PointOfSale,
            (PointOfSale.business_id == CustomerOffer.business_id)
            & (PointOfSale.id == CustomerOffer.redeemed_point_of_sale_id),
        )
        .where(CustomerOffer.business_id == business_id())
        .order_by(*ORDER.newest_first())
    )
    return db.session.execute(statement).all()


def offer_count(customer_id: int) -> int:
    """How many offers a customer's list has."""
    listed = _listed(of_family(CustomerOffer.customer_id, customer_id)).subquery()
    return int(db.session.execute(select(func.count()).select_from(listed)).scalar_one())


def _listed(mine: ColumnElement[bool]) -> Select[Any]:
    holds = or_(CustomerOffer.redeemed_at.is_not(None), Offer.ends_at.is_(None), Offer.ends_at > func.now())
    return (
        select(CustomerOffer.id)
        .join(Offer, _offer())
        .where(
            CustomerOffer.business_id == business_id(),
            mine,
            CustomerOffer.removed_at.is_(None),
            holds,
        )
    )


def _offer() -> Any:
    return (Offer.business_id == CustomerOffer.business_id) & (Offer.id == CustomerOffer.offer_id)
