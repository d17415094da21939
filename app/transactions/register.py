"""What transactions show of a customer: facts of the drawer and the overview, a tab, and
what conditions ask of them."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.customers.conditions.fields import add_fields
from app.customers.registry import Tab, add_drawer_facts, add_overview_facts, add_personal_data, add_tab
from app.transactions.facts import drawer_facts, overview_facts
from app.transactions.fields import bought_fields
from app.transactions.personal_data import personal_data
from app.transactions.queries import transaction_count


def register() -> None:
    add_fields(35, bought_fields)
    add_drawer_facts(drawer_facts)
    add_overview_facts(overview_facts)
    add_personal_data("transactions", personal_data)
    add_tab(30, Tab("transactions", lazy_gettext("Transactions"), "transactions.of_customer", count=transaction_count))
