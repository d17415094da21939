"""Making and changing offers and gift cards, and handing something to one customer; all is in the audit log (PR-4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from app import audit
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.offers.models import Coupon, CustomerOffer, GiftCard, Offer
from app.offers.services.coupons import remove_coupon
from app.offers.services.gift_cards import make_gift_card
from app.offers.services.issuing import Skip, issue_coupon
from app.offers.services.offers import give_offer, remove_offer


class OverError(Exception):
    """The offer has ended and left its customers' hands: its end stays."""


class NotGivenError(Exception):
    """The customer gets nothing: `skip` is the reason of a coupon; None means it has the offer in hand."""

    def __init__(self, skip: Skip | None) -> None:
        super().__init__(skip or "held")
        self.skip = skip


@dataclass(frozen=True)
class OfferValues:
    """What is said of an offer; moments are where days begin and end by the business's clock."""

    title: str
    public_titles: dict[str, str]
    texts: dict[str, str]
    picture_id: int | None
    price: int
    starts_at: datetime
    ends_at: datetime | None
    active: bool

    @classmethod
    def of(cls, offer: Offer) -> OfferValues:
        return cls(**{each.name: getattr(offer, each.name) for each in fields(cls)})


def add_offer(values: OfferValues) -> Offer:
    offer = Offer(business_id=business_id(), **asdict(values))
    db.session.add(offer)
    db.session.flush()
    audit.record("offer.add", _subject(offer), {name: (None, value) for name, value in asdict(values).items()})
    return offer


def change_offer(offer: Offer, values: OfferValues) -> None:
    """Needs the offer held. Raises OverError."""
    changes = audit.changes_of(offer, asdict(values))
    if "ends_at" in changes and offer.ends_at is not None and offer.ends_at <= dates.now():
        raise OverError
    for name, (_old, new) in changes.items():
        setattr(offer, name, new)
    if changes:
        audit.record("offer.change", _subject(offer), changes)


def archive_offer(offer: Offer) -> None:
    """Nobody is given it or redeems it any more; who holds it still does. Needs the offer held."""
    _move(offer, "archive", dates.now())


def restore_offer(offer: Offer) -> None:
    """Takes it out of the archive. Needs the offer held."""
    _move(offer, "restore", None)


def issue_gift_card(amount: int, expires_at: datetime | None, customer_id: int | None = None) -> GiftCard:
    card = make_gift_card(amount, expires_at, customer_id)
    changes = {"initial": amount, "expires_at": expires_at, "customer_id": customer_id}
    audit.record("gift_card.issue", _subject(card), {name: (None, value) for name, value in changes.items()})
    return card


def block_gift_card(card: GiftCard, blocked: bool) -> None:
    """Has it pay nothing, or again. Needs the card held."""
    if card.active is blocked:
        card.active = not blocked
        verb = "block" if blocked else "unblock"
        audit.record(f"gift_card.{verb}", _subject(card), {"active": (blocked, not blocked)})


def tell_code(card: GiftCard) -> str:
    """The code itself, which is money: whoever is told it stands in the audit log."""
    audit.record("gift_card.tell_code", _subject(card), {})
    return card.code


def hand_offer(offer_id: int, customer_id: int, key: str) -> int:
    """Gives one customer an offer; answers with what it has in hand. Raises NotIssuedError, NotGivenError."""
    given = give_offer(offer_id, [customer_id], key)
    if customer_id not in given.done:
        raise NotGivenError(None if customer_id in given.held else Skip.GONE)
    what = {"customer_id": (None, customer_id), "offer_id": (None, offer_id)}
    audit.record("customer_offer.give", audit.Subject("customer_offer", given.done[customer_id]), what)
    return given.done[customer_id]


def hand_coupon(series_id: int, customer_id: int, key: str) -> int:
    """Issues one customer a coupon; answers with it. Raises NotIssuedError, TooFewLeftError, NotGivenError."""
    issued = issue_coupon(series_id, customer_id, key)
    if customer_id not in issued.done:
        raise NotGivenError(issued.skipped.get(customer_id, Skip.LIMIT))
    what = {"customer_id": (None, customer_id), "series_id": (None, series_id)}
    audit.record("coupon.issue", audit.Subject("coupon", issued.done[customer_id]), what)
    return issued.done[customer_id]


def take_offer_away(given: CustomerOffer) -> bool:
    """False where the customer had it no more. Needs the customer held."""
    removed = remove_offer(given.id)
    if removed:
        what = {"customer_id": (given.holder_id, None), "offer_id": (given.offer_id, None)}
        audit.record("customer_offer.remove", _subject(given), what)
    return removed


def take_coupon_away(coupon: Coupon) -> bool:
    """False where the customer had it no more. Needs the customer held."""
    what = {"customer_id": (coupon.holder_id, None), "series_id": (coupon.series_id, None)}
    removed = remove_coupon(coupon.id)
    if removed:
        audit.record("coupon.remove", _subject(coupon), what)
    return removed


def _move(offer: Offer, verb: str, archived_at: datetime | None) -> None:
    """Into the archive or out of it; one that is there already stays as it is."""
    if (offer.archived_at is None) is (archived_at is None):
        return
    changes = audit.changes_of(offer, {"archived_at": archived_at})
    offer.archived_at = archived_at
    audit.record(f"offer.{verb}", _subject(offer), changes)


def _subject(row: Offer | GiftCard | Coupon | CustomerOffer) -> audit.Subject:
    return audit.Subject(row.__tablename__, row.id)
