"""How the audit log's lines about webhooks read."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.audit_words import Kind, KnownFields
from app.db import business_id
from app.extensions import db
from app.webhooks.events import WHY
from app.webhooks.models import Disabled, Endpoint, Event


def _names(ids: Collection[int]) -> dict[int, str]:
    named = select(Endpoint).where(Endpoint.business_id == business_id(), Endpoint.id.in_(ids))
    return {each.id: each.name for each in db.session.scalars(named)}


def _fields() -> KnownFields:
    return KnownFields(
        {
            "url": (_("Address"), str),
            "label": (_("What it is for"), str),
            "events": (_("Events"), _types),
            "deliveries": (_("Deliveries"), str),
            "disabled_why": (_("Why"), _why),
        }
    )


def _types(value: object) -> str:
    return ", ".join(Event(each).type for each in value) if isinstance(value, list) else str(value)


def _why(value: object) -> str:
    return str(WHY.get(Disabled(value), value)) if isinstance(value, int) else str(value)


KIND = Kind(
    "webhook",
    _l("Webhook"),
    {
        "webhook.add": _l("Webhook added"),
        "webhook.change": _l("Webhook changed"),
        "webhook.disable": _l("Webhook disabled"),
        "webhook.enable": _l("Webhook enabled"),
        "webhook.renew_secret": _l("Secret of a webhook renewed"),
        "webhook.remove": _l("Webhook removed"),
        "webhook.test": _l("Test sent to a webhook"),
        "webhook.replay": _l("Deliveries sent again"),
    },
    names=_names,
    fields=_fields,
    href=lambda number: url_for("webhooks.endpoint", endpoint_id=number) if number else url_for("webhooks.log"),
)
