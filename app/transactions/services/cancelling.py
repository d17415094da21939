"""A sale taken back: money, points and figures as they were before it, in one step (TE-5, TE-6)."""

from __future__ import annotations

from sqlalchemy import select

from app import audit
from app.customers.family import Family, hold_family
from app.customers.services.figures import uncount_sale
from app.db import business_id
from app.extensions import db
from app.ledger.models import Entry, EntryKind
from app.ledger.services import Credit, Move, Occasion, Restore, ShortfallError, TakeBack, post, post_for_absorbed
from app.lib import dates
from app.transactions.bought import take_back_bought
from app.transactions.models import Kind, Status, Transaction


class AlreadyCancelledError(Exception):
    """The sale was cancelled before."""


def cancel_sale(sale: Transaction, *, credit_missing: bool = False) -> None:
    """Cancels a sale. Raises AlreadyCancelledError, and ShortfallError with exactly what is missing to take back.

    With `credit_missing` that is credited first: an admin's way out when what was earned is spent.
    """
    holder = hold_family(sale.customer_id)
    db.session.refresh(sale)
    if sale.kind is not Kind.SALE:
        raise ValueError("Only a sale is cancelled.")
    if sale.status is Status.CANCELLED:
        raise AlreadyCancelledError
    undoing = _undoing(sale)
    occasion = Occasion(sale.point_of_sale_id, sale.id)
    if undoing:
        try:
            _post(sale, holder, undoing, occasion)
        except ShortfallError as short:
            if not credit_missing:
                raise
            _credit_and_undo(sale, holder, undoing, occasion, short)
    sale.status, sale.cancelled_at = Status.CANCELLED, dates.now()
    db.session.flush()
    where = {"program": sale.program_id, "place": sale.point_of_sale_id, "terminal": sale.terminal_id}
    uncount_sale({"customer": holder.survivor, **where})
    take_back_bought(sale.id)
    audit.record("transaction.cancel", audit.Subject("transaction", sale.id), {"status": ("completed", "cancelled")})


def _undoing(sale: Transaction) -> list[Move]:
    """What was paid comes back first, so that it can help to take back what was earned."""
    entries = db.session.scalars(
        select(Entry)
        .where(Entry.business_id == business_id(), Entry.transaction_id == sale.id)
        .where(Entry.customer_id == sale.customer_id, Entry.kind.in_([EntryKind.SPENT, EntryKind.EARNED]))
        .order_by(Entry.amount, Entry.id)
    )
    return [
        (Restore if each.amount < 0 else TakeBack)(
            each.wallet_id, EntryKind.REVERSED, f"cancel:{each.id}", entry_id=each.id
        )
        for each in entries
    ]


def _post(sale: Transaction, holder: Family, moves: list[Move], occasion: Occasion) -> None:
    """Undoes in the record that bought; where that was merged into another, points come from there and go there."""
    if holder.survivor == sale.customer_id:
        post(sale.customer_id, moves, occasion)
    else:
        post_for_absorbed(sale.customer_id, holder.survivor, moves, occasion)


def _credit_and_undo(
    sale: Transaction, holder: Family, undoing: list[Move], occasion: Occasion, short: ShortfallError
) -> None:
    """Each wallet is credited what it lacks, until nothing is missing."""
    credited: list[Move] = []
    while True:
        key = f"cancel:{sale.id}:credit:{len(credited)}"
        credited.append(Credit(short.wallet_id, EntryKind.ADDED, key, amount=short.missing))
        try:
            _post(sale, holder, [*credited, *undoing], occasion)
        except ShortfallError as still:
            short = still
        else:
            return
