"""What the ledger shows in the customers table, the drawer and the overview."""

from __future__ import annotations

from app.customers.registry import add_columns, add_drawer_facts, add_overview_facts
from app.ledger.columns import account_columns, points_columns
from app.ledger.facts import drawer_facts, overview_facts


def register() -> None:
    add_columns(40, points_columns)
    add_columns(50, account_columns)
    add_drawer_facts(drawer_facts)
    add_overview_facts(overview_facts)
