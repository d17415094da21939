"""What messages show of a customer: a tab."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.customers.registry import Tab, add_tab
from app.messaging.queries import message_count


def register() -> None:
    add_tab(40, Tab("messages", lazy_gettext("Messages"), "messaging.of_customer", count=message_count))
