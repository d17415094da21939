"""What the ledger shows of a customer: columns of the table, facts of the drawer and the overview, a tab."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.customers.registry import Tab, add_columns, add_drawer_facts, add_overview_facts, add_tab
from app.ledger.columns import account_columns, points_columns
from app.ledger.facts import drawer_facts, overview_facts


def register() -> None:
    add_columns(40, points_columns)
    add_columns(50, account_columns)
    add_drawer_facts(drawer_facts)
    add_overview_facts(overview_facts)
    add_tab(20, Tab("history", lazy_gettext("Loyalty history"), "ledger.loyalty_history"))
