"""How many coupons and offers customers hold, kept by those who change them (CT-1)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from app.db import business_id
from app.extensions import db

_OPEN = text(
    "INSERT INTO customer_holding (business_id, customer_id) VALUES (:business, :customer) ON CONFLICT DO NOTHING"
)
_ENSURE = text(
    """
    INSERT INTO customer_holding AS h (business_id, customer_id, coupons, offers)
    SELECT :business, holder_id, 0, 0 FROM unnest(CAST(:holders AS bigint[])) holder_id GROUP BY 1, 2 ORDER BY 2
    ON CONFLICT (business_id, customer_id) DO NOTHING
    """
)
_ADD = text(
    """
    UPDATE customer_holding h SET coupons = h.coupons + :coupons * d.number, offers = h.offers + :offers * d.number
    FROM (
        SELECT customer_id, count(*) AS number FROM unnest(CAST(:holders AS bigint[])) customer_id GROUP BY customer_id
    ) d
    WHERE h.business_id = :business AND h.customer_id = d.customer_id
    """
)
_RECOUNT = text(
    """
    UPDATE customer_holding h SET
        coupons = (SELECT count(*) FROM coupon c WHERE c.business_id = :business AND c.holder_id = h.customer_id
            AND c.status = 1),
        offers = (SELECT count(*) FROM customer_offer o WHERE o.business_id = :business AND o.holder_id = h.customer_id
            AND o.redeemed_at IS NULL AND o.removed_at IS NULL AND o.lapsed_at IS NULL)
    WHERE h.business_id = :business AND h.customer_id = ANY(:customers)
    """
)
_REHOLD = """
    UPDATE {table} SET holder_id = :holder
    WHERE business_id = :business AND holder_id = ANY(:holders) AND customer_id = ANY(:family) AND holder_id <> :holder
"""
_OF_SALE = text(
    """
    SELECT holder_id FROM coupon WHERE business_id = :business AND transaction_id = :sale AND holder_id IS NOT NULL
    UNION SELECT holder_id FROM coupon
    WHERE business_id = :business AND source_transaction_id = :sale AND holder_id IS NOT NULL
    UNION SELECT holder_id FROM customer_offer WHERE business_id = :business AND transaction_id = :sale
    """
)


def holders_of_sale(transaction_id: int) -> list[int]:
    """Whose coupons and offers were used in a sale, or came with it.

    Where a merge was undone since, that can be another customer than who bought (CP-9).
    """
    return list(db.session.scalars(_OF_SALE, {"business": business_id(), "sale": transaction_id}))


def open_holding(customer_id: int) -> None:
    """Gives a new customer its row, as sorting by what it holds needs one."""
    db.session.execute(_OPEN, {"business": business_id(), "customer": customer_id})


def open_holdings(customers: Sequence[int]) -> None:
    """The same for many new customers."""
    db.session.execute(_ENSURE, {"business": business_id(), "holders": list(customers)})


def add_coupons(holders: Sequence[int], sign: int) -> None:
    """Counts a coupon more or less for each of the holders named; they must be held."""
    _add(holders, coupons=sign, offers=0)


def add_offers(holders: Sequence[int], sign: int) -> None:
    """The same of offers."""
    _add(holders, coupons=0, offers=sign)


def rehold(family: Sequence[int], holder_id: int, *, was_with: int | None = None) -> None:
    """Has what the records of `family` were given count for `holder_id`: as they are merged, or a merge is undone.

    `was_with` is who it counted for until now, where that is none of them. All of them must be held (CP-9).
    """
    holders = sorted({*family, holder_id, *(() if was_with is None else (was_with,))})
    values = {"business": business_id(), "holder": holder_id, "holders": holders, "family": list(family)}
    for table in ("coupon", "customer_offer"):
        db.session.execute(text(_REHOLD.format(table=table)), values)
    db.session.execute(_RECOUNT, {"business": business_id(), "customers": holders})


def _add(holders: Sequence[int], **signs: int) -> None:
    if holders:
        db.session.execute(_ENSURE, {"business": business_id(), "holders": list(holders)})
        db.session.execute(_ADD, {"business": business_id(), "holders": list(holders), **signs})
