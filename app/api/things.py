"""Coupons, gift cards and offers as the API takes and shows them (LP-8)."""

from __future__ import annotations

from app.api.sales import TypedCode
from app.api.schemas import Body, Id, Moment, Shown


class CodeGiven(Body):
    """What a customer shows."""

    customer_id: Id
    code: TypedCode
    terminal_id: Id | None = None
    """Where it is shown, for a key that works at several Terminals."""


class CouponWanted(Body):
    """Which coupon a customer is to get."""

    series_id: Id


class OfferWanted(Body):
    """Which offer a customer is to get."""

    offer_id: Id


class Brings(Shown):
    """What a coupon brings."""

    title: str
    kind: str
    """percent or amount off, good for nothing, or points."""
    value: int
    """Hundredths of a percent, the currency's smallest unit, hundredths of a point; 0 of a good."""


class CodeShown(Shown):
    """What a code is to this customer; it may be used now."""

    coupon_id: int | None
    """Null where the code is one for all, of which the customer gets its coupon with the sale."""
    coupon: Brings | None
    """Null for a gift card."""
    least_amount: int | None
    """Of a check that the coupon is taken on."""
    balance: int | None
    """That is on the gift card."""
    expires_at: Moment | None


class CouponShown(Brings):
    """A coupon of a customer."""

    id: int
    code: str
    issued_at: Moment
    valid_from: Moment | None
    expires_at: Moment | None
    used_at: Moment | None


class SeriesShown(Brings):
    """A series of coupons."""

    id: int
    good_id: int | None
    least_amount: int
    left: int | None
    """How many can still be issued; null is no limit."""
    issued_now: bool
    """Whether coupons of it are issued now."""
    customer_limit: int | None
    """How many one customer may have had."""


class OfferShown(Shown):
    """An offer of the business."""

    id: int
    title: str
    price: int
    """Points, in hundredths; 0 is free."""
    active: bool
    starts_at: Moment
    ends_at: Moment | None


class OfferRemoved(Shown):
    """What became of it."""

    removed: bool
    """False where it was out of the customer's hands already."""


class OfferHeld(OfferShown):
    """An offer in a customer's hands; `id` is what a sale redeems it by."""

    given_at: Moment
    redeemed_at: Moment | None
