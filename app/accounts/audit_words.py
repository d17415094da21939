"""How the audit log's lines about users and their roles read."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from sqlalchemy import Select, select

from app.accounts.models import Invitation, User
from app.accounts.roles import role_name
from app.audit_words import Kind, KnownFields, one_of
from app.businesses.queries import franchisees, terminal_options
from app.db import business_id
from app.extensions import db
from app.filters import moment_words
from app.permissions import Role


def _fields() -> KnownFields:
    roles = {str(role): role_name(role) for role in Role}
    return KnownFields(
        {
            "name": (pgettext("of a person", "Name"), str),
            "phone": (_("Phone"), str),
            "email": (_("E-mail"), str),
            "role": (_("Role"), one_of(roles)),
            "franchisee_id": (_("Franchisee"), one_of({str(each.id): each.name for each in franchisees()})),
            "disabled_at": (_("Disabled"), moment_words),
            "sessions": (_("Devices signed in"), str),
            "terminal_id": (_("Terminal"), one_of({str(each.id): each.name for each in terminal_options()})),
        }
    )


KIND = Kind(
    "user",
    _l("User"),
    {
        "membership.add": _l("User added"),
        "user.change": _l("Role changed"),
        "user.disable": _l("User disabled"),
        "user.enable": _l("User enabled"),
        "user.end_sessions": _l("User signed out everywhere"),
        "user.edit": _l("Own name or phone changed"),
        "user.change_email": _l("E-mail changed by support"),
        "user.renew_password": _l("Password renewed by support"),
        "user.change_password": _l("Own password changed"),
        "user.reset_password": _l("Forgotten password renewed by a link"),
        "user.begin_second_factor": _l("Second factor turned on"),
        "user.end_second_factor": _l("Second factor turned off"),
        "user.renew_recovery_codes": _l("Recovery codes made anew"),
        "user.assign": _l("Salesperson assigned to a Terminal"),
        "user.renew_sign_in": _l("Salesperson given a code to sign in"),
        "user.open_too_many": _l("Opened as many customers as a day allows"),
        "user.unassign": _l("Salesperson removed from a Terminal"),
    },
    names=lambda ids: {
        row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    },
    fields=_fields,
    href=lambda number: url_for("users.user", user_id=number),
)
INVITATION = Kind(
    "invitation",
    _l("Invitation"),
    {
        "invitation.add": _l("User invited"),
        "invitation.renew": _l("Invitation sent anew"),
        "invitation.withdraw": _l("Invitation withdrawn"),
        "invitation.accept": _l("Invitation accepted"),
    },
    names=lambda ids: {row.id: row.email for row in db.session.execute(_invitations().where(Invitation.id.in_(ids)))},
    fields=_fields,
    href=lambda number: url_for("invitations.one", invitation_id=number),
)


def _invitations() -> Select[int, str]:
    return select(Invitation.id, Invitation.email).where(Invitation.business_id == business_id())
