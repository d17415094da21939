"""What this area hangs in at start-up: the words of the audit log for programs, the questionnaire and goods."""

from __future__ import annotations

from app.audit_words import describe
from app.loyalty.audit_words import KINDS
from app.loyalty.program_audit_words import KINDS as KINDS_OF_PROGRAMS


def register() -> None:
    for kind in (*KINDS, *KINDS_OF_PROGRAMS):
        describe(kind)
