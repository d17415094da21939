"""Conditions in words."""

from __future__ import annotations

from flask_babel import ngettext

from app.customers.conditions.nodes import Group


def described(group: Group) -> str:
    """What a filter asks, in words."""
    number = sum(1 for _each in group.conditions())
    return ngettext("%(number)s condition", "%(number)s conditions", number, number=number)
