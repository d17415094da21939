"""At which Terminals a key sells: its own, or those of its point of sale, franchisee or business (AP-1, PR-3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from werkzeug.exceptions import NotFound

from app.api.reading import faulty
from app.businesses.models import PointOfSale, Terminal
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


def own_sale(number: int) -> Transaction:
    """A sale that one of these Terminals made. Raises NotFound."""
    mine = Transaction.business_id == business_id(), Transaction.id == number, Transaction.kind == Kind.SALE
    found = db.session.scalar(select(Transaction).where(*mine, Transaction.terminal_id.in_(terminals())))
    if found is None:
        raise NotFound
    return found
