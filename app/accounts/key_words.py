"""How keys of the API, their scopes and the audit log's lines about them read."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, pgettext
from sqlalchemy import select

from app.accounts.models import ApiKey
from app.audit_words import Kind, KnownFields, one_of
from app.businesses.queries import franchisees, place_options, terminal_options
from app.businesses.services import SettingsPage
from app.db import business_id
from app.extensions import db
from app.permissions import KeyScope

SCOPES = {
    KeyScope.READ_CUSTOMERS: _l("Look customers up"),
    KeyScope.WRITE_CUSTOMERS: _l("Register and change customers"),
    KeyScope.READ_MESSAGES: _l("Read the messages of a customer"),
    KeyScope.READ_SALES: _l("Read sales"),
    KeyScope.WRITE_SALES: _l("Quote, make and cancel sales"),
    KeyScope.READ_POINTS: _l("Read balances"),
    KeyScope.WRITE_POINTS: _l("Credit and remove points"),
    KeyScope.READ_COUPONS: _l("Check coupons and gift cards"),
    KeyScope.WRITE_COUPONS: _l("Issue and redeem coupons and gift cards"),
    KeyScope.READ_OFFERS: _l("Read the offers of a customer"),
    KeyScope.WRITE_OFFERS: _l("Give and redeem offers"),
}
SETTINGS = SettingsPage(
    _l("API keys"), _l("For tills, shops and other programs that work with your customers"), "api_keys.index"
)


def _listed_scopes(value: object) -> str:
    words = {str(scope): str(label) for scope, label in SCOPES.items()}
    return ", ".join(words.get(str(each), str(each)) for each in value) if isinstance(value, list) else str(value)


def _fields() -> KnownFields:
    return KnownFields(
        {
            "name": (pgettext("of a thing", "Name"), str),
            "scopes": (_("May"), _listed_scopes),
            "franchisee_id": (_("Franchisee"), one_of({str(each.id): each.name for each in franchisees()})),
            "point_of_sale_id": (_("Point of sale"), one_of({str(each.id): each.name for each in place_options()})),
            "terminal_id": (_("Terminal"), one_of({str(each.id): each.name for each in terminal_options()})),
        }
    )


KEY = Kind(
    "api_key",
    lazy_pgettext("of a program", "API key"),
    {"api_key.add": _l("API key made"), "api_key.revoke": _l("API key revoked")},
    names=lambda ids: {
        row.id: row.name
        for row in db.session.execute(
            select(ApiKey.id, ApiKey.name).where(ApiKey.business_id == business_id(), ApiKey.id.in_(ids))
        )
    },
    fields=_fields,
    href=lambda _number: url_for("api_keys.index"),
)
