"""How kinds of charges are called (BI-1)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.billing.models import ChargeKind

CHARGED = (ChargeKind.MONTHLY_FEE, ChargeKind.TRANSACTION, ChargeKind.SMS, ChargeKind.VIBER)
PAID_IN = (ChargeKind.TOP_UP, ChargeKind.CORRECTION)


def kind_words() -> dict[ChargeKind, str]:
    return {
        ChargeKind.MONTHLY_FEE: _("Monthly fee"),
        ChargeKind.TRANSACTION: _("Transactions"),
        ChargeKind.SMS: _("SMS segments"),
        ChargeKind.VIBER: _("Viber messages"),
        ChargeKind.TOP_UP: _("Paid in"),
        ChargeKind.CORRECTION: _("Corrections"),
    }
