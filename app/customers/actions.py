"""What this person may do with one customer, as addresses; the profile's head and the drawer link to them (CT-12)."""

from __future__ import annotations

from flask import url_for

from app.identity import person
from app.permissions import Permission


def actions(customer_id: int, back: str | None = None) -> dict[str, str | None]:
    """Where to edit it; None for who may not. The form leads back to `back`, else to the profile."""
    edit = url_for("customers.edit", customer_id=customer_id, back=back)
    return {"edit_href": edit if person().may(Permission.EDIT_CUSTOMERS) else None}
