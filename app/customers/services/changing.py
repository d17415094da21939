"""Changing what is known of a customer (CP-7)."""

from __future__ import annotations

from dataclasses import replace

from app import audit
from app.customers.details import Details, details_of, differences
from app.customers.models import Customer
from app.customers.registry import Step
from app.customers.services import writing
from app.customers.services.duplicates import find_duplicates_of
from app.extensions import db

_phone_steps: list[Step] = []


def add_phone_step(step: Step) -> None:
    """Hangs in what another area does when a customer, which is held, gets another phone; once, at start-up."""
    if step not in _phone_steps:
        _phone_steps.append(step)


def release_category(customer: Customer, program_id: int) -> None:
    """Has the rules of a program give the category again (AC-3); needs the customer held."""
    kept = details_of(customer)
    if program_id in kept.standings:
        standing = replace(kept.standings[program_id], category_id=None)
        change_customer(customer, replace(kept, standings={**kept.standings, program_id: standing}))


def change_customer(customer: Customer, new: Details, action: str = "customer.change") -> None:
    """Gives a customer new details; needs it held (`customer_to_change`). What is the same is not written.

    Raises TakenError.
    """
    old = details_of(customer)
    changes = differences(old.flat(), new.flat())
    if not changes:
        return
    with writing.refusing_taken(customer.id, old, new):
        writing.keep_identity(customer, new)
        writing.keep_cards(customer.id, old, new)
    writing.keep_search(customer.id, new)
    writing.keep_answers(customer.id, old, new)
    writing.keep_consents(customer.id, old, new)
    writing.keep_standings(customer.id, old, new)
    for step in _phone_steps if old.phone != new.phone else ():
        step(customer.id)
    customer.version += 1
    db.session.flush()
    find_duplicates_of(customer.id)
    audit.record(action, audit.Subject("customer", customer.id), changes)
