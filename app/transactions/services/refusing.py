"""Why a basket is not sold, or a coupon, an offer or a gift card not taken, in words for who sells (TE-2, TE-4)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_login import current_user

from app.businesses.models import PointOfSale
from app.db import business_id
from app.extensions import db
from app.filters import language, money, zone
from app.identity import workplace
from app.lib import formats
from app.offers.services import Refused
from app.offers.services import RefusedError as NotUsableError
from app.transactions.services.basket import Refusal, RefusedError
from app.transactions.services.brought import BroughtRefusedError


def refusal_words(refused: RefusedError) -> str:
    """Why a basket cannot be sold, in words for the counter."""
    if isinstance(refused, BroughtRefusedError):
        return brought_words(refused)
    words = {
        Refusal.CUSTOMER_GONE: _("This customer is no longer there."),
        Refusal.BLACKLISTED: _("This customer is blacklisted and takes part in no transaction of this program."),
        Refusal.TERMINAL_CLOSED: _("This Terminal is closed."),
        Refusal.PROGRAM_OFF: _("This program is not active."),
        Refusal.EMPTY: _("Enter an amount above 0."),
        Refusal.TOO_LARGE: _("This is too much for one check."),
        Refusal.NO_REDEEMING: _("This customer's access does not allow redeeming anything."),
        Refusal.TOO_MANY_POINTS: _("So many points cannot pay this check."),
        Refusal.FRACTION: _("Points pay in whole amounts of the currency."),
        Refusal.OTHER_ACCOUNT: _("There is not so much on this account."),
        Refusal.OVERPAID: _("This is more than the check comes to."),
        Refusal.TOO_FEW_POINTS: _("There are not enough points for these offers."),
    }
    return words[refused.refusal]


def brought_words(refused: BroughtRefusedError) -> str:
    """What of the check it is about, and why."""
    if refused.why is None:
        least = money(refused.most or 0, symbol=True).striptags()
        return _("The coupon is taken on checks from %(amount)s.", amount=least)
    what = {"offers": _("Offer"), "gift_cards": _("Gift card")}.get(refused.kind, _("Coupon"))
    words = unusable_words(refused.why)
    return f"{what}: {words[:1].lower()}{words[1:]}"


def unusable_words(why: NotUsableError) -> str:
    """Why a code is not taken: whether a coupon or a gift card has it, the salesperson sees."""
    when = _moment(moment_told(why))
    words = {
        Refused.UNKNOWN: _("No coupon or gift card that this customer may use has this code."),
        Refused.USED: _("It was used already, %(moment)s.", moment=when) if when else _("It was used already."),
        Refused.EXPIRED: _("It expired %(moment)s.", moment=when) if when else _("It is not valid any more."),
        Refused.REMOVED: _("It was taken back."),
        Refused.NOT_YET: _("It is valid from %(moment)s on.", moment=when),
        Refused.OFF: _("It is switched off."),
        Refused.EMPTY: _("There is nothing on it, or less than is to be paid."),
        Refused.LIMIT: _("The customer had as many coupons of this series as one customer may have."),
    }
    return words[why.reason]


def moment_told(why: NotUsableError) -> datetime | None:
    """When it was used, expired or begins. Who sells for a franchisee learns not when it was used at a place of others:
    that tells of a visit there (PR-3).
    """
    if why.place_id is None or (seller := _seller()) is None:
        return why.when
    there = db.session.get_one(PointOfSale, (business_id(), why.place_id))
    return why.when if there.franchisee_id == seller else None


def _seller() -> int | None:
    """The franchisee for whom is sold here, by the Terminal's place or the key; None is the brand."""
    till = current_user.till
    if till is None:
        return workplace().franchisee_id
    return db.session.get_one(PointOfSale, (business_id(), till.place_id)).franchisee_id


def _moment(at: datetime | None) -> str:
    return formats.date_time(at, language(), zone()) if at else ""
