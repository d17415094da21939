"""How the audit log's lines about customers and segments read."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from sqlalchemy import select

from app.audit_words import Kind, KnownFields
from app.customers.condition_words import described
from app.customers.conditions.kept import read_group
from app.customers.models import Customer
from app.customers.segments import names_of, segments
from app.customers.wording import Wording
from app.db import business_id
from app.extensions import db


def _names(ids: Collection[int]) -> dict[int, str]:
    """Those who are still there; an erased customer has no page to go to, a merged one's leads to the other."""
    named = select(Customer.id, Customer.first_name, Customer.last_name).where(
        Customer.business_id == business_id(),
        Customer.id.in_(ids),
        Customer.erased_at.is_(None),
    )
    return {row.id: f"{row.first_name} {row.last_name}".strip() or _("No name") for row in db.session.execute(named)}


def _segment_names(ids: Collection[int]) -> dict[int, str]:
    """All of them in one statement, as there are never many."""
    return {number: name for number, name in names_of(segments()).items() if number in ids}


def _segment_fields() -> KnownFields:
    return KnownFields(
        {
            "name": (pgettext("of a thing", "Name"), str),
            "conditions": (_("Conditions"), lambda kept: described(read_group(kept))),
        }
    )


KINDS = (
    Kind(
        "customer",
        _l("Customer"),
        {
            "customer.create": _l("Customer registered"),
            "customer.change": _l("Customer changed"),
            "customer.tag": _l("Tag of a customer changed"),
            "customer.adjust": _l("Points of a customer adjusted"),
            "customer.erase": _l("Customer deleted"),
            "customer.merge": _l("Customer merged with another record"),
            "customer.distinguish": _l("Customers told apart"),
            "customer.unmerge": _l("Merge of customers undone"),
            "customer.choose_channels": _l("Customer said what it wants to get"),
            "customer.leave": _l("Customer left a program"),
            "customer.confirm": _l("Customer confirmed that it takes part"),
            "customer.choose_language": _l("Customer chose its language"),
            "customer.personal_data": _l("Personal-data file made"),
        },
        names=_names,
        fields=Wording,
        href=lambda number: url_for("customers.profile", customer_id=number),
    ),
    Kind(
        "segment",
        _l("Segment"),
        {
            "segment.create": _l("Segment made"),
            "segment.change": _l("Segment changed"),
            "segment.delete": _l("Segment deleted"),
        },
        names=_segment_names,
        fields=_segment_fields,
        href=lambda number: url_for("segments.edit_segment", segment_id=number),
    ),
)
