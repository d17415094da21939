"""What this area hangs in at start-up: the words of the audit log for the business and its places; its logo."""

from __future__ import annotations

from app import pictures
from app.audit_words import describe
from app.businesses.audit_words import KINDS
from app.businesses.models import Business


def register() -> None:
    for kind in KINDS:
        describe(kind)
    pictures.held_by(Business.logo_id)
