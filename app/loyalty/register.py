"""What this area hangs in at start-up: words of the audit log for programs, goods and others; a settings page."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.audit_words import describe
from app.businesses.services import SettingsPage, add_settings_page
from app.loyalty.audit_words import KINDS
from app.loyalty.program_audit_words import KINDS as KINDS_OF_PROGRAMS

SENDERS = SettingsPage(
    lazy_gettext("Sender names of SMS"),
    lazy_gettext("Under which name each program's SMS go out"),
    "loyalty.sender_names",
)


def register() -> None:
    add_settings_page(SENDERS)
    for kind in (*KINDS, *KINDS_OF_PROGRAMS):
        describe(kind)
