"""The frame around every tab of a profile: who the customer is, and the strip of tabs (CP-1 to CP-6).

An area that owns a tab registers it (app.customers.registry) and answers its address by show_tab(). Its template
extends customers/profile/_frame.html and fills the block `tab`.
"""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from app.customers import profile
from app.customers.actions import actions
from app.customers.models import Customer
from app.customers.registry import Tab, registry
from app.identity import person
from app.web import render

_GUIDES = {"overview": "profile", "tags": "tags"}
"""Tab → its guide in Help, where it has one of its own."""


def show_tab(key: str, template: str, customer: Customer, **context: Any) -> Response:
    """A tab's page; for HTMX, which takes only the strip and the tab out of it, without the panel around it."""
    strip = [_link(tab, customer.id, key) for tab in own_tabs()]
    return render(
        template,
        customer=profile.identity(customer),
        tabs=strip,
        tab=next(link for link in strip if link["current"]),
        tab_by_key={link["key"]: link for link in strip},
        actions=actions(customer.id),
        back_href=url_for("customers.index"),
        help_href=url_for("help.index", _anchor=_GUIDES.get(key, "profile-tabs")),
        **context,
    )


def head(customer: Customer) -> dict[str, Any]:
    """Who the customer is, as the profile's head and pages about it show."""
    return profile.identity(customer)


def tab_hrefs(customer_id: int) -> dict[str, str]:
    """Key → address of each tab that this person may open; what is not there is not linked to."""
    return {tab.key: tab.href(customer_id) for tab in own_tabs()}


def own_tabs() -> list[Tab]:
    return [tab for _place, tab in registry.tabs if person().may(tab.permission)]


def _link(tab: Tab, customer_id: int, current: str) -> dict[str, object]:
    return {
        "key": tab.key,
        "label": tab.label,
        "href": tab.href(customer_id),
        "current": tab.key == current,
        "count": tab.count(customer_id) if tab.count else None,
    }
