"""What the ledger shows in the customers table, the drawer and the overview, and writes for a new customer."""

from __future__ import annotations

from app.customers.registry import (
    add_columns,
    add_creation_step,
    add_drawer_facts,
    add_overview_facts,
    add_personal_data,
)
from app.ledger.columns import account_columns, points_columns
from app.ledger.facts import drawer_facts, overview_facts
from app.ledger.personal_data import personal_data
from app.ledger.services import open_balances


def register() -> None:
    add_columns(40, points_columns)
    add_columns(50, account_columns)
    add_drawer_facts(drawer_facts)
    add_overview_facts(overview_facts)
    add_creation_step(open_balances)
    add_personal_data("points_and_accounts", personal_data)
