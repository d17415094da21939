"""What the ledger tells of a customer, in the table, the drawer, the overview and a tab; and writes for a new one."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.customers.conditions.fields import add_fields
from app.customers.registry import (
    MergeStep,
    Tab,
    add_columns,
    add_creation_step,
    add_drawer_facts,
    add_merge_step,
    add_overview_facts,
    add_personal_data,
    add_tab,
)
from app.ledger import merging
from app.ledger.columns import account_columns, points_columns
from app.ledger.facts import drawer_facts, overview_facts
from app.ledger.fields import balance_fields
from app.ledger.personal_data import personal_data
from app.ledger.services import open_balances


def register() -> None:
    add_columns(40, points_columns)
    add_columns(50, account_columns)
    add_fields(40, balance_fields)
    add_drawer_facts(drawer_facts)
    add_overview_facts(overview_facts)
    add_creation_step(open_balances)
    add_merge_step(MergeStep(merging.merge, merging.undo, merging.compare, merging.foretell))
    add_personal_data("points_and_accounts", personal_data)
    add_tab(20, Tab("history", lazy_gettext("Loyalty history"), "ledger.loyalty_history"))
