"""Where a call happens: at a place that its key works at. For operations at a counter, where no wall tells (PR-3)."""

from __future__ import annotations

from sqlalchemy import select
from werkzeug.exceptions import NotFound

from app.api.reading import faulty
from app.businesses.models import PointOfSale, Terminal
from app.db import business_id
from app.extensions import db
from app.identity import caller


def terminal_of_call(asked: int | None) -> int:
    """The Terminal that a call names as `terminal_id`, or the key's own; asked of the database only where it is named.

    Raises CallProblem 422 where there is none, and NotFound for one that the key does not work at.
    """
    own = caller().till
    if own is not None and asked in (None, own.id):
        return own.id
    if asked is None:
        raise faulty("/terminal_id", "Name the Terminal: this key works at several.")
    check_terminal(asked)
    return asked


def check_terminal(number: int) -> None:
    """Raises NotFound unless the key works at this Terminal, as of a sale that was made there."""
    key = caller()
    here = (
        select(Terminal.id, PointOfSale.id, PointOfSale.franchisee_id)
        .join(PointOfSale, (PointOfSale.business_id == business_id()) & (PointOfSale.id == Terminal.point_of_sale_id))
        .where(Terminal.business_id == business_id(), Terminal.id == number)
    )
    found = db.session.execute(here).first()
    if found is None:
        raise NotFound
    terminal, place, franchisee = found
    own = (key.till.id if key.till else None, key.place_id, key.workplace.franchisee_id)
    if any(mine not in (None, theirs) for mine, theirs in zip(own, (terminal, place, franchisee), strict=True)):
        raise NotFound
