"""What this area hangs in at start-up: its actions, and what it erases of a customer."""

from __future__ import annotations

from flask import url_for
from flask_babel import lazy_gettext

from app.audit_words import describe
from app.bulk.actions.access import ACCESS
from app.bulk.actions.account import ACCOUNT
from app.bulk.actions.category import CATEGORY
from app.bulk.actions.coupons import COUPONS
from app.bulk.actions.credit import CREDIT
from app.bulk.actions.message import MESSAGE
from app.bulk.actions.news import NEWS
from app.bulk.actions.offers import OFFERS
from app.bulk.actions.removal import REMOVAL
from app.bulk.actions.tags import TAGS
from app.bulk.audit_words import KIND
from app.bulk.fields import message_fields
from app.bulk.registry import add_action
from app.bulk.services.forgetting import forget_in_batches
from app.bulk.services.telling import ABOUT
from app.businesses.services import SettingsPage, add_settings_page
from app.customers.conditions.fields import add_fields
from app.customers.registry import Action as CustomerAction
from app.customers.registry import ErasureStep, SelectionAction, add_erasure_step, set_selection_action
from app.customers.registry import add_action as add_customer_action
from app.messaging.services.from_platform import lead_to
from app.permissions import Permission

ERASURE = ErasureStep(
    lazy_gettext("What bulk actions changed of it, and what was written in those for it alone"), forget_in_batches
)
FOR_ONE = CustomerAction("bulk", lazy_gettext("Bulk action"), "zap", "bulk.ask_for_customer", Permission.BULK_ACTIONS)
"""What is done in bulk is done to one as well (CP-10)."""
LIMITS = SettingsPage(
    lazy_gettext("Limits of bulk actions"),
    lazy_gettext("Over how many customers a second person is asked"),
    "bulk.ask_limits",
)
ACTIONS = (MESSAGE, CREDIT, ACCOUNT, REMOVAL, COUPONS, OFFERS, NEWS, CATEGORY, ACCESS, TAGS)


def register() -> None:
    describe(KIND)
    add_settings_page(LIMITS)
    add_customer_action(FOR_ONE)
    set_selection_action(SelectionAction("bulk.begin", "bulk.ask_who", Permission.BULK_ACTIONS))
    add_erasure_step(ERASURE)
    add_fields(47, message_fields)
    lead_to(ABOUT, lambda number: url_for("bulk.show", batch_id=number))
    for action in ACTIONS:
        add_action(action)
