"""What this area hangs in at start-up: its page of settings, the words of the audit log, where its notes lead."""

from __future__ import annotations

from flask import url_for
from flask_babel import lazy_gettext

from app.audit_words import describe
from app.businesses.services import SettingsPage, add_settings_page
from app.messaging.services.from_platform import lead_to
from app.webhooks.audit_words import KIND
from app.webhooks.services.telling import ABOUT

WEBHOOKS = SettingsPage(
    lazy_gettext("Webhooks"), lazy_gettext("Which addresses of yours are told what happens"), "webhooks.index"
)


def register() -> None:
    describe(KIND)
    add_settings_page(WEBHOOKS)
    lead_to(ABOUT, lambda number: url_for("webhooks.endpoint", endpoint_id=number))
