"""What customers hold to be redeemed, as they and who sells to them read it: a line each (LP-8, TE-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from app.filters import in_points, language, money, short_date
from app.lib import decimals
from app.lib.texts import in_language
from app.offers.models import CouponKind
from app.offers.services import Redeemable, Usable, redeemable_offers, usable_coupons
from app.period import last_day_before

SIGNS = {"coupons": "ticket", "series": "ticket", "offers": "gift", "gift_cards": "credit-card"}


@dataclass(frozen=True)
class Thing:
    """A coupon, an offer or a gift card as a line of a screen."""

    kind: str
    """As a basket's field is called."""
    number: int
    title: str
    brings: str
    note: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.number}"

    @property
    def sign(self) -> str:
        return SIGNS[self.kind]


def things_of(customer_id: int, at: datetime) -> list[Thing]:
    """The coupons and offers that a customer may redeem at that moment."""
    coupons = [coupon_thing(each) for each in usable_coupons(customer_id, at)]
    return [*coupons, *(offer_thing(each) for each in redeemable_offers(customer_id, at))]


def coupon_thing(coupon: Usable, brings: str = "") -> Thing:
    """`brings` is what it brings in a check, where there is one."""
    kind, number = ("coupons", coupon.id) if coupon.id else ("series", coupon.series_id)
    least = _("from %(amount)s", amount=money_words(coupon.least_amount)) if coupon.least_amount else ""
    until = _("until %(day)s", day=short_date(expires)) if (expires := last_day_before(coupon.expires_at)) else ""
    note = ", ".join(filter(None, (least, until)))
    return Thing(kind, number, _title(coupon), brings or _brings(coupon), note)


def offer_thing(offer: Redeemable) -> Thing:
    until = _("until %(day)s", day=short_date(ends)) if (ends := last_day_before(offer.ends_at)) else ""
    return Thing("offers", offer.id, _title(offer), in_points(offer.price) if offer.price else _("free"), until)


def money_words(amount: int) -> str:
    return str(money(amount, symbol=True).striptags())


def _brings(coupon: Usable) -> str:
    """What a coupon says, whatever the check is."""
    match CouponKind(coupon.kind):
        case CouponKind.PERCENT:
            return f"−{decimals.written(coupon.value * 100, language())}%"
        case CouponKind.AMOUNT:
            return money_words(-coupon.value)
        case CouponKind.POINTS:
            return f"+{in_points(coupon.value)}"
        case CouponKind.GOOD:
            return _("gift")


def _title(named: Usable | Redeemable) -> str:
    """As the customer reads it, in the language of the screen."""
    return in_language(named.public_titles, language()) or named.title
