"""How the audit log's lines about templates of messages read."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from app.audit_words import Kind, KnownFields, one_of
from app.locale import LANGUAGES
from app.messaging.templates import templates, way_labels


def _names(ids: Collection[int]) -> dict[int, str]:
    return {each.id: each.name for each in templates() if each.id in ids}


def _fields() -> KnownFields:
    return KnownFields(
        {
            "name": (pgettext("of a thing", "Name"), str),
            "channel": (_("Channel"), one_of({str(way): label for way, label in way_labels().items()})),
            "titles": (_("Title"), _in_languages),
            "texts": (_("Text"), _in_languages),
            "customer_id": (_("Customer"), lambda value: _("No. %(number)s", number=value)),
        }
    )


def _in_languages(kept: object) -> str:
    if not isinstance(kept, dict):
        return str(kept)
    return "; ".join(f"{LANGUAGES.get(code, code)}: {text}" for code, text in kept.items())


KINDS = (
    Kind(
        "template",
        _l("Template of messages"),
        {
            "template.add": _l("Template added"),
            "template.change": _l("Template changed"),
            "template.delete": _l("Template deleted"),
            "template.test": _l("Template sent for a test"),
        },
        names=_names,
        fields=_fields,
        href=lambda number: url_for("texts.template", template_id=number),
    ),
)
