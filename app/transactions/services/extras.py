"""What was redeemed and given beside the lines of a sale, in words (CP-3, TE-2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.filters import language, money
from app.lib import formats
from app.transactions.models import Extra


@dataclass(frozen=True)
class Fact:
    label: str
    words: str
    aside: str = ""
    value: str = ""
    """What it took off or cost; '' where it did neither."""


def facts_of(extras: Iterable[Mapping[str, Any]], *, public: bool = False) -> list[Fact]:
    """A line for each; by the titles that customers read, or as the panel's users know them."""
    return [_fact(each, each.get("public" if public else "title", each["title"])) for each in extras]


def _fact(extra: Mapping[str, Any], title: str) -> Fact:
    match Extra(extra["kind"]):
        case Extra.COUPON:
            return Fact(_("Coupon"), title, extra["code"], _money(-extra["discount"]) if extra["discount"] else "")
        case Extra.OFFER:
            return Fact(_("Offer"), title, value=_points(extra["points"]) if extra["points"] else _("free"))
        case Extra.GIFT_CARD:
            return Fact(_("Paid by gift card"), title, value=_money(-extra["amount"]))
        case Extra.GIFT:
            return Fact(_("Gift"), title)
        case Extra.ISSUED:
            return Fact(_("Coupon given"), title, extra["code"])
        case Extra.NOT_ISSUED:
            return Fact(_("Coupon not given"), title, _reason(extra["why"]))


def _reason(why: str) -> str:
    """Why a rule's coupon was not issued."""
    words = {
        "off": _("the series is switched off"),
        "not_yet": _("the series is not issued yet"),
        "over": _("the series is not issued any more"),
        "none_left": _("none is left"),
        "limit": _("the customer had as many as it may"),
    }
    return words.get(why, "")


def _money(amount: int) -> str:
    return str(money(amount, symbol=True).striptags())


def _points(number: int) -> str:
    points = formats.points(number, language())
    return ngettext("%(points)s point", "%(points)s points", number // 100, points=points)
