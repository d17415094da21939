"""What the customer has in hand: coupons, offers and gift cards, in the check or beside it (TE-4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _
from flask_babel import ngettext

from app.filters import language, money, short_date
from app.lib import dates, decimals, formats
from app.lib.short_codes import masked
from app.lib.texts import in_language
from app.loyalty.models import Access
from app.offers.models import CouponKind
from app.offers.services import Redeemable, Usable, redeemable_offers, usable_coupons
from app.terminal.pages import Counter, Held

MOST = 30
"""That are offered to be tapped; others by their code."""
SIGNS = {"coupons": "ticket", "series": "ticket", "offers": "gift", "gift_cards": "credit-card"}


@dataclass(frozen=True)
class Thing:
    """A coupon, an offer or a gift card as a line of the screen."""

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


class Hand:
    """Of who buys. The quote must be known."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.carried = counter.quote.carried

    @property
    def may_redeem(self) -> bool:
        """AC-1."""
        return self.counter.access is Access.FULL

    @cached_property
    def brought(self) -> list[Thing]:
        """What is in the check, with what it brings there."""
        taken = zip(self.carried.coupons, self.counter.quote.outcome.redeemed, strict=True)
        coupons = [_coupon(each, _money(-off) if off else _brings(each)) for each, off in taken]
        paid = self.counter.quote.basket.brought.gift_cards
        cards = [Thing("gift_cards", each.id, each.name, _money(-paid[each.id]), _holds(each)) for each in self.cards]
        return [*coupons, *map(_offer, self.carried.offers), *cards]

    @cached_property
    def offered(self) -> list[Thing]:
        """What else may be redeemed now."""
        if not self.may_redeem:
            return []
        who, at = self.counter.customer.id, dates.now()
        coupons = [_coupon(each, _brings(each)) for each in usable_coupons(who, at)]
        offers = [_offer(each) for each in redeemable_offers(who, at)]
        known = {each.key for each in self.brought}
        return [each for each in (*coupons, *offers) if each.key not in known][:MOST]

    @property
    def cards(self) -> list[Held]:
        """Gift cards in the check, with what is on them."""
        return [
            Held(each.id, _("Gift card %(code)s", code=masked(each.code)), each.balance) for each in self.carried.cards
        ]


def _coupon(coupon: Usable, brings: str) -> Thing:
    kind, number = ("coupons", coupon.id) if coupon.id else ("series", coupon.series_id)
    least = _("from %(amount)s", amount=_money(coupon.least_amount)) if coupon.least_amount else ""
    until = _("until %(day)s", day=short_date(coupon.expires_at)) if coupon.expires_at else ""
    return Thing(kind, number, _title(coupon), brings, ", ".join(filter(None, (least, until))))


def _brings(coupon: Usable) -> str:
    """What a coupon says, whatever the check is."""
    match CouponKind(coupon.kind):
        case CouponKind.PERCENT:
            return f"−{decimals.written(coupon.value * 100, language())}%"
        case CouponKind.AMOUNT:
            return _money(-coupon.value)
        case CouponKind.POINTS:
            return f"+{_points(coupon.value)}"
        case CouponKind.GOOD:
            return _("gift")


def _offer(offer: Redeemable) -> Thing:
    until = _("until %(day)s", day=short_date(offer.ends_at)) if offer.ends_at else ""
    return Thing("offers", offer.id, _title(offer), _points(offer.price) if offer.price else _("free"), until)


def _title(named: Usable | Redeemable) -> str:
    """As the customer reads it, in the language of who sells."""
    return in_language(named.public_titles, language()) or named.title


def _holds(card: Held) -> str:
    return _("holds %(amount)s", amount=_money(card.amount))


def _money(amount: int) -> str:
    return str(money(amount, symbol=True).striptags())


def _points(number: int) -> str:
    return ngettext("%(points)s point", "%(points)s points", number // 100, points=formats.points(number, language()))
