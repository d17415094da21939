"""What this person may do with one customer, as addresses; the profile's head and the drawer link to them (CT-12)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.customers.registry import registry
from app.identity import person
from app.permissions import Permission


def actions(customer_id: int, back: str | None = None) -> dict[str, Any]:
    """Where to edit, delete it, make its file; None for what this person may not. `further` are of other areas.

    `back` is where the form returns.
    """
    edit = url_for("customers.edit", customer_id=customer_id, back=back)
    merge = url_for("customers.ask_to_merge", customer_id=customer_id)
    erase = url_for("customers.ask_to_erase", customer_id=customer_id)
    file = url_for("customers.ask_for_personal_data", customer_id=customer_id)
    return {
        "edit_href": edit if person().may(Permission.EDIT_CUSTOMERS) else None,
        "erase_href": erase if person().may(Permission.ERASE_CUSTOMERS) else None,
        "merge_href": merge if person().may(Permission.MERGE_CUSTOMERS) else None,
        "file_href": file if person().may(Permission.HAND_OUT_PERSONAL_DATA) else None,
        "further": [
            {"label": each.label, "sign": each.sign, "href": each.href(customer_id)}
            for each in registry.actions
            if person().may(each.permission)
        ],
    }
