"""The summary beside the table (CT-12)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.customers import profile
from app.customers.actions import actions
from app.customers.models import Customer
from app.customers.registry import facts, registry
from app.customers.tabs import tab_hrefs


def summary(customer: Customer, close_href: str) -> dict[str, Any]:
    """What templates/customers/_drawer.html draws; other areas add their facts by name."""
    figures = profile.figures(customer.id)
    return {
        **profile.identity(customer),
        "href": url_for("customers.profile", customer_id=customer.id),
        "close_href": close_href,
        **actions(customer.id, _opened(close_href, customer.id)),
        "tab_hrefs": tab_hrefs(customer.id),
        "spend": figures.spend,
        "average_basket": figures.average_basket,
        "sales": figures.sales,
        "days_since_last_purchase": figures.days_since_last_purchase,
        "last_purchase": figures.last_purchase,
        "tags": profile.tags(customer.id),
        "tags_total": customer.tag_count,
        **facts(registry.drawer, customer.id),
    }


def _opened(table_href: str, customer_id: int) -> str:
    """The table with this drawer open."""
    return f"{table_href}{'&' if '?' in table_href else '?'}open={customer_id}"
