"""What transactions show of a customer: facts of the drawer and the overview, a tab, and
what conditions ask of them."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.audit_words import describe
from app.billing.models import ChargeKind
from app.billing.subjects import explain
from app.customers.conditions.fields import add_fields
from app.customers.family import family
from app.customers.registry import (
    Action,
    Merge,
    MergeStep,
    Tab,
    add_action,
    add_drawer_facts,
    add_merge_step,
    add_overview_facts,
    add_personal_data,
    add_tab,
)
from app.permissions import Permission
from app.transactions.audit_words import KIND
from app.transactions.bought import remake_bought
from app.transactions.charged import charged_sales
from app.transactions.facts import drawer_facts, overview_facts
from app.transactions.fields import bought_fields
from app.transactions.personal_data import personal_data
from app.transactions.queries import transaction_count

ADJUST = Action(
    "adjust", lazy_gettext("Adjust points"), "coins", "transactions.ask_to_adjust", Permission.ADJUST_POINTS
)


def _merge(merged: Merge) -> None:
    remake_bought(family(merged.survivor))


def _undo(merged: Merge) -> None:
    for customer in (merged.survivor, merged.absorbed):
        remake_bought(family(customer))


BOUGHT = MergeStep(_merge, _undo)


def register() -> None:
    add_action(ADJUST)
    describe(KIND)
    explain(ChargeKind.TRANSACTION, charged_sales)
    add_fields(35, bought_fields)
    add_drawer_facts(drawer_facts)
    add_overview_facts(overview_facts)
    add_merge_step(BOUGHT)
    add_personal_data("transactions", personal_data)
    add_tab(30, Tab("transactions", lazy_gettext("Transactions"), "transactions.of_customer", count=transaction_count))
