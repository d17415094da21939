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
