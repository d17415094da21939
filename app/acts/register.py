"""What acts hang in at start-up: the page of requisites in one's own profile, the words of the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.accounts.own_pages import OwnPage, add_page
from app.acts.audit_words import KINDS
from app.audit_words import describe
from app.permissions import Permission


def register() -> None:
    for kind in KINDS:
        describe(kind)
    add_page(
        70, OwnPage("financial", _l("Financial information"), "acts.requisites", Permission.EDIT_ACTS, "requisites")
    )
