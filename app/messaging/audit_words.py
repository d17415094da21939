"""How the audit log's lines about messages read."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit_words import Kind, KnownFields, one_of
from app.messaging.words import Words


def _names(ids: Collection[int]) -> dict[int, str]:
    return {number: _("No. %(number)d", number=number) for number in ids}


def _fields() -> KnownFields:
    statuses = {status.name.lower(): words for status, words in Words().status_words.items()}
    return KnownFields({"status": (_("Status"), one_of(statuses))})


KIND = Kind(
    "message",
    _l("Message"),
    {
        "message.open_pin": _l("PIN opened"),
        "message.resolve": _l("Said what became of an unknown message"),
    },
    names=_names,
    fields=_fields,
    href=lambda number: url_for("messaging.index", message_id=number),
)
