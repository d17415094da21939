"""The strip between offers, coupons and gift cards, on the list of each."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from app.identity import person
from app.permissions import Permission


def sections(current: str) -> list[dict[str, object]]:
    """Those that this person may see."""
    told = [
        ("offers.index", _("Offers"), Permission.READ_OFFERS),
        ("offers.all_series", _("Coupons"), Permission.READ_OFFERS),
        ("offers.gift_cards", _("Gift cards"), Permission.EDIT_OFFERS),
    ]
    return [
        {"label": label, "href": url_for(endpoint), "current": endpoint == current}
        for endpoint, label, permission in told
        if person().may(permission)
    ]


def may_edit() -> bool:
    return person().may(Permission.EDIT_OFFERS)
