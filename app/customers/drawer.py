"""The summary beside the table (CT-12)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.customers import profile
from app.customers.models import Customer
from app.customers.registry import facts, registry
from app.identity import person
from app.permissions import Permission


def summary(customer: Customer, close_href: str) -> dict[str, Any]:
    """What templates/customers/_drawer.html draws; other areas add their facts by name."""
    figures = profile.figures(customer.id)
    return {
        **profile.identity(customer),
        "href": url_for("customers.profile", customer_id=customer.id),
        "close_href": close_href,
        "edit_href": _edit_href(customer, close_href),
        "spend": figures.spend,
        "average_basket": figures.average_basket,
        "sales": figures.sales,
        "days_since_last_purchase": figures.days_since_last_purchase,
        "last_purchase": figures.last_purchase,
        "tags": profile.tags(customer.id),
        "tags_total": customer.tag_count,
        **facts(registry.drawer, customer.id),
    }


def _edit_href(customer: Customer, table_href: str) -> str | None:
    """The way to the form, which leads back to the table with this drawer open; None for who may not."""
    if not person().may(Permission.EDIT_CUSTOMERS):
        return None
    back = f"{table_href}{'&' if '?' in table_href else '?'}open={customer.id}"
    return url_for("customers.edit", customer_id=customer.id, back=back)
