"""What transactions show in the drawer and the overview of a customer."""

from __future__ import annotations

from app.customers.registry import add_drawer_facts, add_overview_facts, add_personal_data
from app.transactions.facts import drawer_facts, overview_facts
from app.transactions.personal_data import personal_data


def register() -> None:
    add_drawer_facts(drawer_facts)
    add_overview_facts(overview_facts)
    add_personal_data("transactions", personal_data)
