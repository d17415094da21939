"""What messages show of a customer: a tab; what is known of one in them, and erased."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.audit_words import describe
from app.customers.registry import (
    ErasureStep,
    MergeStep,
    Tab,
    add_erasure_step,
    add_merge_step,
    add_personal_data,
    add_tab,
)
from app.mail import carried_by
from app.messaging.audit_words import KIND
from app.messaging.letters_to_users import EmailCarrier
from app.messaging.personal_data import personal_data
from app.messaging.queries import message_count
from app.messaging.services import forget_texts, subscriptions
from app.messaging.template_audit_words import KINDS

ERASURE = ErasureStep(lazy_gettext("Texts of messages"), forget_texts)
BROWSERS = ErasureStep(lazy_gettext("Browsers that receive pushes"), subscriptions.forget_subscriptions)


def register() -> None:
    describe(KIND)
    carried_by(EmailCarrier())
    add_tab(40, Tab("messages", lazy_gettext("Messages"), "messaging.of_customer", count=message_count))
    add_personal_data("messages", personal_data)
    add_erasure_step(ERASURE)
    add_personal_data("push_subscriptions", subscriptions.personal_data)
    add_erasure_step(BROWSERS)
    add_merge_step(MergeStep(subscriptions.merge_subscriptions, subscriptions.separate_subscriptions))
    for kind in KINDS:
        describe(kind)
