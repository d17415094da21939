"""Kinds of questions, access, notices and rounding as people call them."""

from __future__ import annotations

from flask_babel import gettext as _

from app.loyalty.models import Access, FieldKind, Notify
from app.loyalty.rules import Rounding


def kind_labels() -> dict[FieldKind, str]:
    return {
        FieldKind.TEXT: _("Text"),
        FieldKind.NUMBER: _("Number"),
        FieldKind.DATE: _("Date"),
        FieldKind.YES_NO: _("Yes or no"),
        FieldKind.CHOICE: _("List of choices"),
    }


def access_labels() -> dict[Access, str]:
    return {
        Access.FULL: _("Full access"),
        Access.LIMITED: _("Limited"),
        Access.NONE: _("No access"),
        Access.BLACKLISTED: _("Blacklisted"),
    }


def notify_labels() -> dict[Notify, str]:
    return {
        Notify.SMS: _("SMS"),
        Notify.PUSH: _("Push"),
        Notify.SMART: _("SMART: push, else SMS"),
        Notify.EMAIL: _("E-mail"),
        Notify.NONE: _("Nothing: do not notify"),
    }


def rounding_labels() -> dict[Rounding, str]:
    return {
        Rounding.HUNDREDTHS: _("To hundredths of a point"),
        Rounding.WHOLE: _("To the nearest whole point"),
        Rounding.WHOLE_DOWN: _("Down to a whole point"),
        Rounding.WHOLE_UP: _("Up to a whole point"),
    }
