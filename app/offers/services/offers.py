"""Offers in customers' hands: given, redeemed, given back, removed, gone with their date (LP-8, CP-5).

Whoever redeems, restores or removes one holds the customer; customers are held before what they hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, text, update

from app.customers.family import hold_customers, survivor_of
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.offers.models import CustomerOffer, Offer
from app.offers.services.holding import add_offers
from app.offers.services.issuing import NotIssued, NotIssuedError
from app.offers.services.usable import Refused, RefusedError

CHUNK = 2_000
"""Offers that leave hands in one unit of work."""


@dataclass(frozen=True)
class Given:
    """What became of each customer."""

    done: dict[int, int]
    """Customer → what it was given, by this call or an earlier one with its key."""
    held: frozenset[int]
    """Who has the offer in hand already."""
    gone: frozenset[int]
    """Who was erased or merged into another, or is out of sight."""


@dataclass(frozen=True)
class Redeemable:
    """An offer in a customer's hands as a sale reckons with it."""

    id: int
    offer_id: int
    title: str
    public_titles: dict[str, str]
    price: int
    """Hundredths of points; 0 is free."""
    ends_at: datetime | None


_LISTED = text(
    "SELECT id FROM customer WHERE business_id = :business AND id = ANY(:customers)"
    " AND merged_into_id IS NULL AND erased_at IS NULL"
)
_KNOWN = text("SELECT customer_id, id FROM customer_offer WHERE business_id = :business AND give_key = ANY(:keys)")
_HELD = text(
    "SELECT holder_id FROM customer_offer WHERE business_id = :business AND offer_id = :offer"
    " AND holder_id = ANY(:customers) AND redeemed_at IS NULL AND removed_at IS NULL AND lapsed_at IS NULL"
)
_WRITE = text(
    """
    INSERT INTO customer_offer (business_id, customer_id, holder_id, offer_id, given_at, give_key, user_id)
    SELECT :business, customer_id, customer_id, :offer, :at, give_key, :user
    FROM unnest(CAST(:customers AS bigint[]), CAST(:keys AS text[])) AS new (customer_id, give_key)
    ON CONFLICT DO NOTHING
    RETURNING customer_id, id
    """
)


def give_offer(offer_id: int, customers: Collection[int], key: str) -> Given:
    """Gives an offer to each of the customers, at most once for `key`; they are held from here on.

    Raises NotIssuedError where it is over or off.
    """
    asked = sorted(set(customers))
    hold_customers(asked)
    offer = db.session.get_one(Offer, (business_id(), offer_id), populate_existing=True)
    values = {"business": business_id(), "customers": asked, "offer": offer_id}
    keys = {each: f"{giving_of(key, offer_id)}:{each}" for each in asked}
    done = {row.customer_id: row.id for row in db.session.execute(_KNOWN, values | {"keys": list(keys.values())})}
    gone = frozenset(asked) - set(db.session.scalars(_LISTED, values)) - done.keys()
    held = frozenset(db.session.scalars(_HELD, values)) - done.keys()
    fresh = [each for each in asked if each not in done and each not in gone | held]
    if fresh:
        check_giving(offer, dates.now())
        new = {"customers": fresh, "keys": [keys[each] for each in fresh], "at": dates.now()}
        rows = db.session.execute(_WRITE, values | new | {"user": current_scope().user_id}).all()
        add_offers([row.customer_id for row in rows], 1)
        done |= {row.customer_id: row.id for row in rows}
    return Given(done, held, gone)


def giving_of(key: str, offer_id: int) -> str:
    """What is given of an offer for `key` is named by; the customer stands behind it."""
    return f"{key}:{offer_id}"


def check_giving(offer: Offer, at: datetime) -> None:
    """Raises NotIssuedError; one that has not begun can be given."""
    if not offer.active or offer.archived_at is not None:
        raise NotIssuedError(NotIssued.OFF)
    if offer.ends_at is not None and offer.ends_at <= at:
        raise NotIssuedError(NotIssued.OVER)


def redeemable_offer(customer_offer_id: int, customer_id: int, at: datetime) -> Redeemable:
    """The offer, if this customer may redeem it at that moment; it is read, not held. Raises RefusedError."""
    row = db.session.execute(_with_offer(CustomerOffer.id == customer_offer_id)).one_or_none()
    if row is None:
        raise RefusedError(Refused.UNKNOWN)
    check_redeemable(*row, survivor_of(customer_id), at)
    return _redeemable(row)


def redeemable_offers(customer_id: int, at: datetime) -> list[Redeemable]:
    """What this customer may redeem at that moment, the latest first."""
    holder = survivor_of(customer_id)
    mine = _with_offer(CustomerOffer.holder_id == holder).where(OPEN)
    now = (Offer.starts_at <= at, (Offer.ends_at.is_(None)) | (Offer.ends_at > at))
    in_use = (Offer.active, Offer.archived_at.is_(None))
    newest = mine.where(*now, *in_use).order_by(CustomerOffer.given_at.desc(), CustomerOffer.id.desc())
    return [_redeemable(row) for row in db.session.execute(newest)]


def check_redeemable(given: CustomerOffer, offer: Offer, holder_id: int, at: datetime) -> None:
    """Raises RefusedError."""
    if given.holder_id != holder_id:
        raise RefusedError(Refused.UNKNOWN)
    if given.redeemed_at is not None:
        raise RefusedError(Refused.USED, given.redeemed_at, given.redeemed_point_of_sale_id)
    if given.removed_at is not None:
        raise RefusedError(Refused.REMOVED, given.removed_at)
    if given.lapsed_at is not None or (offer.ends_at is not None and offer.ends_at <= at):
        raise RefusedError(Refused.EXPIRED, offer.ends_at)
    if not offer.active or offer.archived_at is not None:
        raise RefusedError(Refused.OFF)
    if at < offer.starts_at:
        raise RefusedError(Refused.NOT_YET, offer.starts_at)


def redeem_offer(
    customer_offer_id: int, customer_id: int, transaction_id: int, point_of_sale_id: int, at: datetime
) -> None:
    """Redeems an offer in a sale; once more in the same sale changes nothing. Raises RefusedError."""
    held = _with_offer(CustomerOffer.id == customer_offer_id).with_for_update(of=CustomerOffer, key_share=True)
    row = db.session.execute(held).one_or_none()
    if row is None:
        raise RefusedError(Refused.UNKNOWN)
    given, offer = row
    if given.redeemed_at is not None and given.transaction_id == transaction_id:
        return
    check_redeemable(given, offer, survivor_of(customer_id), at)
    given.redeemed_at, given.redeemed_point_of_sale_id, given.transaction_id = at, point_of_sale_id, transaction_id
    db.session.flush()
    add_offers([given.holder_id], -1)


def restore_offers(transaction_id: int) -> None:
    """Gives back what was redeemed in a sale, until its date (TE-5).

    Where the customer was given the same again meanwhile, it keeps that one alone.
    """
    mine = CustomerOffer.transaction_id == transaction_id
    again = select(CustomerOffer).where(CustomerOffer.business_id == business_id(), mine).order_by(CustomerOffer.id)
    for given in db.session.scalars(again.execution_options(populate_existing=True)).all():
        has_another = _holds(given.customer_id, given.offer_id)
        given.redeemed_at = given.redeemed_point_of_sale_id = given.transaction_id = None
        given.removed_at = dates.now() if has_another else None
        db.session.flush()
        add_offers([] if has_another else [given.holder_id], 1)


def remove_offer(customer_offer_id: int) -> bool:
    """Takes an offer out of its customer's hands (CP-5). False where it was out of them."""
    return bool(end_offers(CustomerOffer.id == customer_offer_id, removed_at=dates.now()))


def lapse_offers() -> int:
    """Has offers that ended leave the hands of customers, some thousand at once; answers with how many did."""
    over = select(Offer.id).where(Offer.business_id == business_id(), Offer.ends_at <= dates.now())
    due = select(CustomerOffer.id, CustomerOffer.holder_id).where(
        CustomerOffer.business_id == business_id(), CustomerOffer.offer_id.in_(over), OPEN
    )
    found = db.session.execute(due.limit(CHUNK)).all()
    holders = [row.holder_id for row in found]
    hold_customers(holders)
    # What a merge moved meanwhile lapses the next time: its holder is not held.
    mine = CustomerOffer.id.in_([row.id for row in found]) & CustomerOffer.holder_id.in_(holders)
    return len(end_offers(mine, lapsed_at=dates.now()))


OPEN: ColumnElement[bool] = (
    CustomerOffer.redeemed_at.is_(None) & CustomerOffer.removed_at.is_(None) & CustomerOffer.lapsed_at.is_(None)
)


def end_offers(mine: ColumnElement[bool], **values: datetime) -> Sequence[Row[Any]]:
    """Ends what is in hand of those; answers with their ids and whose hands they left, which must be held."""
    held = select(CustomerOffer.id).where(CustomerOffer.business_id == business_id(), mine, OPEN)
    ordered = held.order_by(CustomerOffer.id).with_for_update(key_share=True).cte("held")
    change = (
        update(CustomerOffer)
        .where(CustomerOffer.business_id == business_id(), CustomerOffer.id.in_(select(ordered.c.id)))
        .values(**values)
        .returning(CustomerOffer.id, CustomerOffer.holder_id)
        .execution_options(synchronize_session=False)
    )
    rows: Sequence[Any] = db.session.execute(change).all()
    add_offers([row.holder_id for row in rows], -1)
    return rows


def _holds(customer_id: int, offer_id: int) -> bool:
    open_one = select(CustomerOffer.id).where(
        CustomerOffer.business_id == business_id(),
        CustomerOffer.customer_id == customer_id,
        CustomerOffer.offer_id == offer_id,
        OPEN,
    )
    return db.session.scalar(open_one) is not None


def _with_offer(mine: ColumnElement[bool]) -> Select[CustomerOffer, Offer]:
    return (
        select(CustomerOffer, Offer)
        .join(Offer, (Offer.business_id == CustomerOffer.business_id) & (Offer.id == CustomerOffer.offer_id))
        .where(CustomerOffer.business_id == business_id(), mine)
        .execution_options(populate_existing=True)
    )


def _redeemable(row: Row[CustomerOffer, Offer]) -> Redeemable:
    given, offer = row
    return Redeemable(given.id, offer.id, offer.title, offer.public_titles, offer.price, offer.ends_at)
