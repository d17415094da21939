"""What this area hangs in at start-up."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.audit_words import describe
from app.bulk.registry import add_action
from app.customers.registry import ErasureStep, add_erasure_step
from app.imports.action import IMPORT
from app.imports.audit_words import KIND
from app.imports.services.forgetting import forget_customer

ERASURE = ErasureStep(lazy_gettext("What files said of it that were imported"), forget_customer)


def register() -> None:
    describe(KIND)
    add_action(IMPORT)
    add_erasure_step(ERASURE)
