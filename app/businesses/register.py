"""What this area hangs in at start-up: the words of the audit log for the business and its places."""

from __future__ import annotations

from app.audit_words import describe
from app.businesses.audit_words import KINDS


def register() -> None:
    for kind in KINDS:
        describe(kind)
