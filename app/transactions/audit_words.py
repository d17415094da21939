"""How the audit log's lines about transactions read."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit_words import Kind, KnownFields, one_of


def _names(ids: Collection[int]) -> dict[int, str]:
    return {number: _("No. %(number)d", number=number) for number in ids}


def _fields() -> KnownFields:
    statuses = {"completed": _("Completed"), "cancelled": _("Cancelled")}
    return KnownFields({"status": (_("Status"), one_of(statuses)), "reason_given": (_("Reason"), str)})


KIND = Kind(
    "transaction",
    _l("Transaction"),
    {"transaction.cancel": _l("Sale cancelled")},
    names=_names,
    fields=_fields,
)
