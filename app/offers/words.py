"""Kinds, values and states of coupons, gift cards and offers in words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _

from app.filters import in_points, language, money
from app.lib import dates, decimals
from app.offers.models import CodeKind, CouponKind, CouponSeries, CouponStatus, GiftCard, Offer
from app.offers.services.issuing import NotIssued, left_of, why_not_issued


class State(StrEnum):
    """Where a series, an offer or a card stands at a moment."""

    IN_USE = "in_use"
    PLANNED = "planned"
    PAUSED = "paused"
    OVER = "over"
    SPENT = "spent"
    """Nothing is left of it."""


def kind_names() -> dict[CouponKind, str]:
    return {
        CouponKind.PERCENT: _("Percent off"),
        CouponKind.AMOUNT: _("Amount off"),
        CouponKind.GOOD: _("A good, free"),
        CouponKind.POINTS: _("Bonus points"),
    }


def code_kind_names() -> dict[CodeKind, str]:
    return {CodeKind.UNIQUE: _("Each coupon its own"), CodeKind.SHARED: _("One for all")}


def status_names() -> dict[CouponStatus, str]:
    return {
        CouponStatus.HELD: _("In hand"),
        CouponStatus.USED: _("Used"),
        CouponStatus.LAPSED: _("Expired"),
        CouponStatus.REMOVED: _("Removed"),
    }


def state_names() -> dict[State, str]:
    return {
        State.IN_USE: _("In use"),
        State.PLANNED: _("Not begun yet"),
        State.PAUSED: _("Paused"),
        State.OVER: _("Over"),
        State.SPENT: _("None left"),
    }


def brings(kind: str, value: int, good: str | None) -> str:
    """What a coupon brings, such as 10 % off."""
    if kind == CouponKind.GOOD:
        return _("%(name)s, free", name=good or "–")
    if kind == CouponKind.PERCENT:
        return _("%(number)s %% off", number=decimals.written(value * 100, language()))
    if kind == CouponKind.AMOUNT:
        return _("%(amount)s off", amount=money(value, symbol=True).striptags())
    return in_points(value)


def series_state(series: CouponSeries, at: datetime | None = None) -> State:
    why = why_not_issued(series, at or dates.now())
    if why is not None:
        return {NotIssued.OFF: State.PAUSED, NotIssued.NOT_YET: State.PLANNED, NotIssued.OVER: State.OVER}[why]
    return State.SPENT if left_of(series) == 0 else State.IN_USE


def offer_state(offer: Offer, at: datetime | None = None) -> State:
    now = at or dates.now()
    if offer.ends_at is not None and offer.ends_at <= now:
        return State.OVER
    if not offer.active:
        return State.PAUSED
    return State.PLANNED if offer.starts_at > now else State.IN_USE


def card_state(card: GiftCard, at: datetime | None = None) -> State:
    if card.expires_at is not None and card.expires_at <= (at or dates.now()):
        return State.OVER
    if not card.active:
        return State.PAUSED
    return State.IN_USE if card.balance else State.SPENT


def why_not(reason: NotIssued) -> str:
    """Why nothing is issued, for who wanted to."""
    return {
        NotIssued.OFF: _("It is switched off or archived."),
        NotIssued.NOT_YET: _("Its first day is still ahead."),
        NotIssued.OVER: _("Its last day is over."),
    }[reason]
