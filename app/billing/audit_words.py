"""How the audit log's lines about tariffs and the prepaid balance read."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit_words import Kind, KnownFields
from app.businesses.queries import own_business
from app.filters import moment_words, money


def _money(value: object) -> str:
    return money(int(str(value)))


def _amounts(kept: object) -> str:
    return "; ".join(_money(each) for each in kept) if isinstance(kept, list) else str(kept)


def _yes_or_no(value: object) -> str:
    return _("Yes") if value else _("No")


def _fields() -> KnownFields:
    return KnownFields(
        {
            "amount": (_("Amount"), _money),
            "amounts": (_("When it falls below"), _amounts),
            "by_email": (_("E-mail"), _yes_or_no),
            "by_sms": (_("SMS"), _yes_or_no),
            "by_push": (_("Push in the browser"), _yes_or_no),
            "agent": (_("Browser"), str),
            "reference": (_("Reference"), str),
            "valid_from": (_("Holds from"), moment_words),
            "monthly_fee": (_("Monthly fee"), _money),
            "transaction_price": (_("Price of a transaction"), _money),
            "sms_price": (_("Price of an SMS segment"), _money),
            "viber_price": (_("Price of a Viber message"), _money),
        }
    )


KIND = Kind(
    "billing",
    _l("Prepaid balance"),
    {
        "billing.top_up": _l("Balance topped up by support"),
        "billing.correct": _l("Balance corrected by support"),
        "billing.tariff": _l("Tariff set by support"),
        "billing.notices": _l("Notices of the balance chosen"),
        "billing.add_browser": _l("Browser for pushes added"),
        "billing.remove_browser": _l("Browser for pushes removed"),
    },
    names=lambda ids: {number: own_business().name for number in ids},
    fields=_fields,
)
