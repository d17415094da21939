"""What this area hangs in at start-up: the words of the audit log for users."""

from __future__ import annotations

from app.accounts.audit_words import INVITATION, KIND
from app.audit_words import describe


def register() -> None:
    describe(KIND)
    describe(INVITATION)
