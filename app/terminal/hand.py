"""What the customer has in hand: coupons, offers and gift cards, in the check or beside it (TE-4)."""

from __future__ import annotations

from functools import cached_property

from flask_babel import gettext as _

from app.lib import dates
from app.lib.short_codes import masked
from app.loyalty.models import Access
from app.offers.things import Thing, coupon_thing, money_words, offer_thing, things_of
from app.terminal.pages import Counter, Held

MOST = 30
"""That are offered to be tapped; others by their code."""


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
        coupons = [coupon_thing(each, money_words(-off) if off else "") for each, off in taken]
        paid = self.counter.quote.basket.brought.gift_cards
        cards = [
            Thing("gift_cards", each.id, each.name, money_words(-paid[each.id]), _holds(each)) for each in self.cards
        ]
        return [*coupons, *map(offer_thing, self.carried.offers), *cards]

    @cached_property
    def offered(self) -> list[Thing]:
        """What else may be redeemed now."""
        if not self.may_redeem:
            return []
        known = {each.key for each in self.brought}
        return [each for each in things_of(self.counter.customer.id, dates.now()) if each.key not in known][:MOST]

    @property
    def cards(self) -> list[Held]:
        """Gift cards in the check, with what is on them."""
        return [
            Held(each.id, _("Gift card %(code)s", code=masked(each.code)), each.balance) for each in self.carried.cards
        ]


def _holds(card: Held) -> str:
    return _("holds %(amount)s", amount=money_words(card.amount))
