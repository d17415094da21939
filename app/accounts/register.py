"""What this area hangs in at start-up: the words of the audit log for users, the pages of one's own profile."""

from __future__ import annotations

from flask_babel import lazy_gettext, lazy_pgettext

from app.accounts.audit_words import INVITATION, KIND
from app.accounts.key_words import KEY, SETTINGS
from app.accounts.own_pages import OwnPage, add_page
from app.audit_words import describe
from app.businesses.services import add_settings_page

PAGES = {
    10: OwnPage("general", lazy_pgettext("of a profile", "General"), "profile.index"),
    20: OwnPage("security", lazy_gettext("Security"), "profile.security", guide="security"),
    30: OwnPage("sessions", lazy_gettext("Sign-ins"), "profile.sessions"),
}
"""By their places; other areas' pages come after 50."""


def register() -> None:
    describe(KIND)
    describe(INVITATION)
    describe(KEY)
    add_settings_page(SETTINGS)
    for place, page in PAGES.items():
        add_page(place, page)
