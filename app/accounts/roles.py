"""Roles as people call them."""

from __future__ import annotations

from flask_babel import gettext as _

from app.permissions import Role


def role_name(role: Role) -> str:
    names: dict[Role, str] = {
        Role.ADMIN: _("Business admin"),
        Role.BRAND_OPERATOR: _("Brand operator"),
        Role.LOCATION_OPERATOR: _("Location operator"),
        Role.ACCOUNTANT: _("Accountant"),
        Role.SALESPERSON: _("Salesperson"),
    }
    return names[role]


def role_about(role: Role) -> str:
    """What who has this role does, in a line."""
    lines: dict[Role, str] = {
        Role.ADMIN: _("Everything: customers, settings, users, billing."),
        Role.BRAND_OPERATOR: _("All customers, bulk actions, messages, offers and news. No users, no billing."),
        Role.LOCATION_OPERATOR: _("The same work, for the customers and points of sale of one franchisee."),
        Role.ACCOUNTANT: _("Transactions with customers masked, charges and service acts. No customers."),
        Role.SALESPERSON: _("Sells at the Terminals given to this person. Does not see the panel."),
    }
    return lines[role]
