"""Points or money credited to thousands at once: each a line of the log at a Terminal (BA-5, BA-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from app.businesses.models import Terminal
from app.db import business_id, current_scope
from app.extensions import db
from app.ledger.models import EntryKind
from app.ledger.services import Many, Moved, credit_many, take_back_many
from app.lib import dates
from app.lib.arrays import as_array
from app.transactions.models import Kind, Source, Status


@dataclass(frozen=True)
class Crediting:
    """What each gets, in the wallet's smallest unit, and where that counts in the log."""

    program_id: int
    wallet_id: int
    terminal_id: int
    amount: int
    counts_as_points: bool
    key: str
    """Names the occasion: with the customer it makes each credit happen once."""
    note: str = ""
    expires_at: datetime | None = None


_NUMBERS = text("SELECT nextval('transaction_id_seq') FROM generate_series(1, :number)")
_LINES = text(
    """
    INSERT INTO transaction (business_id, id, customer_id, program_id, point_of_sale_id, terminal_id, kind, source,
        status, at, points_earned, user_id)
    SELECT :business, id, customer_id, :program, :place, :terminal, :kind, :source, :status, :at, :points, :user
    FROM unnest(CAST(:ids AS bigint[]), CAST(:customers AS bigint[])) line (id, customer_id)
    """
)
_CANCEL = text(
    """
    UPDATE transaction t SET status = :cancelled, cancelled_at = :at FROM ledger_entry e
    WHERE e.business_id = :business AND e.id = ANY(:entries) AND t.business_id = :business AND t.id = e.transaction_id
    """
)


def credit_customers(asked: Crediting, customers: Sequence[int]) -> list[Moved]:
    """Credits each of them; they must be held, in the order of their ids. Who was credited before is left out."""
    place = _place(asked.terminal_id)
    numbers = list(db.session.scalars(_NUMBERS, {"number": len(customers)}))
    many = Many(asked.wallet_id, customers, EntryKind.ADDED, asked.key, asked.note, place)
    moved = credit_many(many, asked.amount, numbers, expires_at=asked.expires_at, title=asked.note[:60])
    values = {
        "business": business_id(),
        "program": asked.program_id,
        "place": place,
        "terminal": asked.terminal_id,
        "kind": int(Kind.CREDIT),
        "source": int(Source.PANEL),
        "status": int(Status.COMPLETED),
        "at": dates.now(),
        "points": asked.amount if asked.counts_as_points else 0,
        "user": current_scope().user_id,
        "ids": as_array(each.transaction_id or 0 for each in moved),
        "customers": as_array(each.customer_id for each in moved),
    }
    db.session.execute(_LINES, values)
    return moved


def take_back_credits(wallet_id: int, terminal_id: int, customers: Sequence[int], key: str, undone: str) -> list[Moved]:
    """Takes back what is left of credits of the key `undone`, at their Terminal; the line of one that is taken back
    whole is cancelled.
    """
    many = Many(wallet_id, customers, EntryKind.REVERSED, key, point_of_sale_id=_place(terminal_id))
    moved = take_back_many(many, undone)
    whole = [each.reverses_id for each in moved if each.reverses_id is not None]
    values = {"business": business_id(), "entries": whole, "cancelled": int(Status.CANCELLED), "at": dates.now()}
    db.session.execute(_CANCEL, values)
    return moved


def _place(terminal_id: int) -> int:
    place = select(Terminal.point_of_sale_id).where(Terminal.business_id == business_id(), Terminal.id == terminal_id)
    return int(db.session.execute(place).scalar_one())
