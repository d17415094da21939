"""At which Terminals a key sells: its own, or those of its point of sale, franchisee or business (AP-1, PR-3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from werkzeug.exceptions import NotFound

from app.api.entering import slow_down
from app.api.reading import faulty
from app.businesses.models import PointOfSale, StatsScope, Terminal
from app.call_limits import wait_before_serving
from app.customers.models import CustomerStats
from app.db import business_id
from app.extensions import db
from app.identity import caller
from app.transactions.models import Kind, Transaction


def chosen_terminal(number: int | None) -> int:
    """The Terminal that a call works at. Raises CallProblem 422."""
    own = caller().till
    if own is not None:
        if number not in (None, own.id):
            raise faulty("/terminal_id", "This key works at its own Terminal alone.")
        return own.id
    if number is None:
        raise faulty("/terminal_id", "Say at which Terminal: this key works at several, which /about lists.")
    if db.session.scalar(terminals().where(Terminal.id == number)) is None:
        raise faulty("/terminal_id", "There is no such Terminal, or this key does not work there.")
    return number


def terminals() -> Select[Any]:
    """The ids of the Terminals that the key works at, archived ones too.

    Said here and not left to row-level security: a sale is made in the scope of the whole business.
    """
    key = caller()
    place = (PointOfSale.business_id == Terminal.business_id) & (PointOfSale.id == Terminal.point_of_sale_id)
    mine = select(Terminal.id.label("owner")).join(PointOfSale, place).where(Terminal.business_id == business_id())
    if key.till is not None:
        mine = mine.where(Terminal.id == key.till.id)
    if key.place_id is not None:
        mine = mine.where(Terminal.point_of_sale_id == key.place_id)
    if key.workplace.franchisee_id is not None:
        mine = mine.where(PointOfSale.franchisee_id == key.workplace.franchisee_id)
    return mine


def asked_terminals(number: int | None) -> Select[Any]:
    """All of them, or the one that is asked for."""
    return terminals() if number is None else terminals().where(Terminal.id == number)


def check_met(customer_id: int) -> None:
    """Who sells at a Terminal sees the customer, or what it shows. So a franchisee's key knows whom its places never
    saw by a look-up of that day, or serving it counts as one: its id could be guessed (PR-3). Raises CallProblem 429.
    """
    franchisee = caller().workplace.franchisee_id
    if franchisee is not None and not _is_seen(customer_id, franchisee):
        slow_down(wait_before_serving(caller().key_id, customer_id))


def own_sale(number: int) -> Transaction:
    """A sale that one of these Terminals made. Raises NotFound."""
    mine = Transaction.business_id == business_id(), Transaction.id == number, Transaction.kind == Kind.SALE
    found = db.session.scalar(select(Transaction).where(*mine, Transaction.terminal_id.in_(terminals())))
    if found is None:
        raise NotFound
    return found


def _is_seen(customer_id: int, franchisee: int) -> bool:
    scope = StatsScope.business_id == business_id(), StatsScope.franchisee_id == franchisee
    others = (StatsScope.program_id, StatsScope.point_of_sale_id, StatsScope.terminal_id)
    theirs = select(StatsScope.id).where(*scope, *(each.is_(None) for each in others)).scalar_subquery()
    rows = select(CustomerStats.customer_id).where(
        *(CustomerStats.business_id == business_id(), CustomerStats.scope_id == theirs),
        CustomerStats.customer_id == customer_id,
    )
    return db.session.scalar(rows) is not None
