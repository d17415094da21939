"""What messages show of a customer: a tab; what is known of one in them, and erased."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.accounts.own_pages import OwnPage, add_page
from app.audit_words import describe
from app.billing.models import ChargeKind
from app.billing.subjects import explain
from app.customers.conditions.fields import add_fields
from app.customers.registry import (
    ErasureStep,
    MergeStep,
    Tab,
    add_erasure_step,
    add_merge_step,
    add_personal_data,
    add_tab,
)
from app.customers.services.changing import add_phone_step
from app.mail import carried_by
from app.messaging.audit_words import KIND
from app.messaging.charged import charged_messages
from app.messaging.letters_to_users import EmailCarrier
from app.messaging.personal_data import personal_data
from app.messaging.queries import message_count
from app.messaging.received import received_fields
from app.messaging.services import forget_texts, subscriptions
from app.messaging.template_audit_words import KINDS
from app.permissions import Permission

ERASURE = ErasureStep(lazy_gettext("Texts of messages"), forget_texts)
BROWSERS = ErasureStep(lazy_gettext("Browsers that receive pushes"), subscriptions.forget_subscriptions)

NOTIFICATIONS = OwnPage(
    *("notifications", lazy_gettext("Notifications"), "messaging.notifications"),
    Permission.READ_BILLING,
    "notifications",
)


def register() -> None:
    describe(KIND)
    add_page(50, NOTIFICATIONS)
    for charged in (ChargeKind.SMS, ChargeKind.VIBER):
        explain(charged, charged_messages)
    carried_by(EmailCarrier())
    add_tab(40, Tab("messages", lazy_gettext("Messages"), "messaging.of_customer", count=message_count))
    add_fields(48, received_fields)
    add_personal_data("messages", personal_data)
    add_erasure_step(ERASURE)
    add_personal_data("push_subscriptions", subscriptions.personal_data)
    add_erasure_step(BROWSERS)
    # Who signed in by the code that went to the old one is signed out by that, and may be somebody else.
    add_phone_step(subscriptions.forget_subscriptions)
    add_merge_step(MergeStep(subscriptions.merge_subscriptions, subscriptions.separate_subscriptions))
    for kind in KINDS:
        describe(kind)
