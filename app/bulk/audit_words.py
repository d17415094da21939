"""How the audit log's lines about bulk actions read."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.audit_words import Kind, KnownFields
from app.bulk.models import Batch
from app.bulk.registry import actions
from app.db import business_id
from app.extensions import db
from app.permissions import Role


def _names(ids: Collection[int]) -> dict[int, str]:
    known = select(Batch.id).where(Batch.business_id == business_id(), Batch.id.in_(ids))
    # What is about all of them has no number.
    return {0: _("All")} | {number: _("No. %(number)d", number=number) for number in db.session.scalars(known)}


def _fields() -> KnownFields:
    labels = {each.key: str(each.label) for each in actions()}
    return KnownFields(
        {
            "action": (_("Action"), lambda key: labels.get(str(key), str(key))),
            "customer_id": (_("Customer"), lambda value: _("No. %(number)s", number=value)),
            "selected": (_("Selected"), str),
            "done": (_("Will be done"), str),
            Role.ADMIN: (_("Business admin"), str),
            Role.BRAND_OPERATOR: (_("Brand operator"), str),
            Role.LOCATION_OPERATOR: (_("Location operator"), str),
        }
    )


KIND = Kind(
    "batch",
    _l("Bulk action"),
    {
        "batch.confirm": _l("Bulk action confirmed"),
        "batch.approve": _l("Bulk action approved"),
        "batch.pause": _l("Bulk action paused"),
        "batch.continue": _l("Bulk action continued"),
        "batch.cancel": _l("Bulk action cancelled"),
        "batch.lapse": _l("Bulk action lapsed"),
        "batch.test": _l("Message of a bulk action sent for a test"),
        "batch.limits": _l("Limits of bulk actions changed"),
    },
    names=_names,
    fields=_fields,
)
