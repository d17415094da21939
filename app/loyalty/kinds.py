"""Kinds of questions as people call them."""

from __future__ import annotations

from flask_babel import gettext as _

from app.loyalty.models import FieldKind


def kind_labels() -> dict[FieldKind, str]:
    return {
        FieldKind.TEXT: _("Text"),
        FieldKind.NUMBER: _("Number"),
        FieldKind.DATE: _("Date"),
        FieldKind.YES_NO: _("Yes or no"),
        FieldKind.CHOICE: _("List of choices"),
    }
