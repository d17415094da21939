"""How the audit log's lines about the business and its places read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from sqlalchemy import select

from app.audit_words import Kind, KnownFields, one_of, yes_or_no
from app.businesses import queries
from app.businesses.models import Business, Franchisee, PointOfSale, Terminal
from app.db import business_id
from app.extensions import db
from app.filters import moment_words
from app.locale import LANGUAGES


def _fields() -> KnownFields:
    franchisees = {str(each.id): each.name for each in queries.franchisees()}
    places = {str(each.id): each.name for each in queries.place_options()}
    return KnownFields(
        {
            "name": (pgettext("of a thing", "Name"), str),
            "slug": (_("Short name"), str),
            "currency": (_("Currency"), str),
            "time_zone": (_("Time zone"), str),
            "country": (_("Country"), str),
            "address": (_("Address"), str),
            "published": (_("Shown to customers"), yes_or_no),
            "franchisee_id": (_("Franchisee"), one_of(franchisees)),
            "point_of_sale_id": (_("Point of sale"), one_of(places)),
            "archived_at": (_("Archived"), moment_words),
            "reason": (_("Reason"), str),
            "customers": (_("Customers"), str),
            "recipients": (_("Keys that open the file"), str),
            "kiosk_id": (_("Number of the Kiosk"), str),
            "gateway_sms": (_("Gateway of SMS"), str),
            "gateway_email": (_("Gateway of e-mail"), str),
            "gateway_push": (_("Gateway of pushes"), str),
            "gateway_viber": (_("Gateway of Viber"), str),
            "languages": (_("Languages"), _languages),
            "mail_sender": (_("Name in e-mails"), str),
            "logo_id": (_("Logo"), lambda _value: _("A picture")),
            "colour": (_("Colour"), str),
            "web_address": (_("Address on the web"), str),
            "second_factor_required": (_("Second factor of everyone"), yes_or_no),
            "feature": (_("Feature"), one_of({str(each): name for each, name in queries.feature_names().items()})),
        }
    )


def _languages(value: object) -> str:
    return ", ".join(LANGUAGES.get(str(each), str(each)) for each in value) if isinstance(value, list) else str(value)


def _names(kind: Any, ids: Collection[int]) -> dict[int, str]:
    named = select(kind.id, kind.name).where(kind.business_id == business_id(), kind.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(named)}


KINDS = (
    Kind(
        "business",
        _l("Business"),
        {
            "business.create": _l("Business made"),
            "business.change": _l("Settings changed"),
            "business.enable": _l("Feature turned on by support"),
            "business.disable": _l("Feature turned off by support"),
            "business.gateway": _l("Gateway chosen by support"),
            "business.unload_customers": _l("Customers unloaded by support"),
            "business.web_address": _l("Address on the web set by support"),
        },
        names=lambda ids: {each.id: each.name for each in db.session.scalars(select(Business))},
        fields=_fields,
        href=lambda number: url_for("businesses.settings"),
    ),
    Kind(
        "point_of_sale",
        _l("Point of sale"),
        {
            "point_of_sale.add": _l("Point of sale added"),
            "point_of_sale.change": _l("Point of sale changed"),
            "point_of_sale.archive": _l("Point of sale archived"),
            "point_of_sale.restore": _l("Point of sale taken out of the archive"),
        },
        names=lambda ids: _names(PointOfSale, ids),
        fields=_fields,
        href=lambda number: url_for("businesses.edit_point_of_sale", point_of_sale_id=number),
    ),
    Kind(
        "terminal",
        _l("Terminal"),
        {
            "terminal.add": _l("Terminal added"),
            "terminal.change": _l("Terminal changed"),
            "terminal.archive": _l("Terminal archived"),
            "terminal.restore": _l("Terminal taken out of the archive"),
            "terminal.pair_kiosk": _l("Kiosk paired"),
            "terminal.unpair_kiosk": _l("Kiosk removed"),
        },
        names=lambda ids: _names(Terminal, ids),
        fields=_fields,
        href=lambda number: url_for("businesses.edit_terminal", terminal_id=number),
    ),
    Kind(
        "franchisee",
        _l("Franchisee"),
        {
            "franchisee.add": _l("Franchisee added"),
            "franchisee.change": _l("Franchisee changed"),
            "franchisee.archive": _l("Franchisee archived"),
            "franchisee.restore": _l("Franchisee taken out of the archive"),
        },
        names=lambda ids: _names(Franchisee, ids),
        fields=_fields,
        href=lambda number: url_for("businesses.edit_franchisee", franchisee_id=number),
    ),
)
