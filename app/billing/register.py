"""What billing adds to the parts of the house that know no area."""

from __future__ import annotations

from app.audit_words import describe
from app.billing.audit_words import KIND


def register() -> None:
    describe(KIND)
