"""Coupons and gift cards: codes checked, coupons issued and listed; they are redeemed with a sale (TE-4, LP-8)."""

from __future__ import annotations

import uuid
from typing import Any

from app.api.operations import operation
from app.api.paging import NO_PAGE, key_of, page_shown
from app.api.reading import faulty
from app.api.refusing import refusals_told
from app.api.schemas import PageQuery, PageShown
from app.api.things import Brings, CodeGiven, CodeShown, CouponShown, CouponWanted, SeriesShown
from app.api.tills import check_met, chosen_terminal
from app.api.views.customers import standing_for
from app.customers.queries import customer_to_change
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.lib.short_codes import spelt
from app.offers.models import Coupon, CouponSeries
from app.offers.queries import of_customer
from app.offers.queries.catalogue import series_page
from app.offers.services import Found, Usable, find_code, left_of, why_not_issued
from app.offers.services.editing import hand_coupon
from app.permissions import KeyScope

NOT_TAKEN = "It is not taken now: `type` says why, such as `code-used` or `code-expired`."
NOT_ISSUED = "The series issues none now, none is left, or the customer had as many as one may have."


@operation("POST", "/codes", KeyScope.READ_COUPONS, reads=True, at_counter=True, refuses={409: NOT_TAKEN})
def check_code(body: CodeGiven) -> CodeShown:
    """Check the code of a coupon or a gift card that a customer shows.

    What has it may be used now, with a sale. Nothing is written, so it needs no Idempotency-Key; but wrong codes are
    counted at the Terminal, and after twenty within ten minutes none is compared.
    """
    check_met(body.customer_id)
    terminal = chosen_terminal(body.terminal_id)
    with refusals_told():
        return _found(find_code(body.code, body.customer_id, terminal, dates.now()))


@operation("GET", "/coupon-series", KeyScope.READ_COUPONS, refuses=NO_PAGE)
def list_coupon_series(query: PageQuery) -> PageShown[SeriesShown]:
    """List the series of coupons that are in use, newest first."""
    key = key_of(query)
    return page_shown(series_page(archived=False, key=key), key, _series)


@operation("GET", "/customers/<int:customer_id>/coupons", KeyScope.READ_COUPONS)
def list_coupons(customer_id: int, query: PageQuery) -> PageShown[CouponShown]:
    """List the coupons that a customer holds or used, newest first."""
    key = key_of(query)
    return page_shown(of_customer.coupons(standing_for(customer_id).id, key), key, _listed)


@operation(
    "POST", "/customers/<int:customer_id>/coupons", KeyScope.WRITE_COUPONS, status=201, refuses={409: NOT_ISSUED}
)
def issue_coupon(customer_id: int, body: CouponWanted) -> CouponShown:
    """Issue a coupon to a customer."""
    customer = customer_to_change(standing_for(customer_id).id)
    series = db.session.get(CouponSeries, (business_id(), body.series_id))
    if series is None:
        raise faulty("/series_id", "There is no such series.")
    with refusals_told():
        number = hand_coupon(series.id, customer.id, f"call:{uuid.uuid4()}")
    return _issued(db.session.get_one(Coupon, (business_id(), number)), series)


def _found(found: Found) -> CodeShown:
    if found.gift_card is not None:
        card = found.gift_card
        return CodeShown(
            coupon_id=None, coupon=None, least_amount=None, balance=card.balance, expires_at=card.expires_at
        )
    usable: Usable | CouponSeries | None = found.coupon or found.series
    if usable is None:
        raise RuntimeError("What was found is nothing.")
    held = found.coupon
    return CodeShown(
        coupon_id=(held.id or None) if held else None,
        coupon=Brings(title=usable.title, kind=usable.kind, value=usable.value),
        least_amount=usable.least_amount,
        balance=None,
        expires_at=held.expires_at if held else None,
    )


def _listed(row: Any) -> CouponShown:
    names = ("id", "title", "kind", "value", "issued_at", "valid_from", "expires_at", "used_at")
    return CouponShown(**{name: getattr(row, name) for name in names}, code=spelt(row.code or row.shared_code))


def _issued(coupon: Coupon, series: CouponSeries) -> CouponShown:
    return CouponShown(
        **{name: getattr(coupon, name) for name in ("id", "issued_at", "expires_at", "used_at")},
        **{name: getattr(series, name) for name in ("title", "kind", "value", "valid_from")},
        code=spelt(coupon.code or series.code),
    )


def _series(series: CouponSeries) -> SeriesShown:
    names = ("id", "title", "kind", "value", "good_id", "least_amount", "customer_limit")
    return SeriesShown(
        **{name: getattr(series, name) for name in names},
        left=left_of(series),
        issued_now=why_not_issued(series, dates.now()) is None and left_of(series) != 0,
    )
