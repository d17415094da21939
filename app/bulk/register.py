"""What this area hangs in at start-up: its actions, and what it erases of a customer."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.audit_words import describe
from app.bulk.actions.access import ACCESS
from app.bulk.actions.account import ACCOUNT
from app.bulk.actions.category import CATEGORY
from app.bulk.actions.credit import CREDIT
from app.bulk.actions.removal import REMOVAL
from app.bulk.actions.tags import TAGS
from app.bulk.audit_words import KIND
from app.bulk.registry import add_action
from app.bulk.services.forgetting import forget_kept
from app.customers.registry import ErasureStep, add_erasure_step

ERASURE = ErasureStep(lazy_gettext("What bulk actions changed of it"), forget_kept)
ACTIONS = (CREDIT, ACCOUNT, REMOVAL, CATEGORY, ACCESS, TAGS)


def register() -> None:
    describe(KIND)
    add_erasure_step(ERASURE)
    for action in ACTIONS:
        add_action(action)
