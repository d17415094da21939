"""A sale taken back: money, points and figures as they were before it, in one step (TE-5, TE-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app import audit
from app.customers.family import Family, hold_family
from app.customers.services.assigning import assign_categories
from app.customers.services.figures import uncount_sale
from app.db import business_id
from app.extensions import db
from app.ledger.models import Entry, EntryKind
from app.ledger.services import Credit, Move, Occasion, Restore, ShortfallError, TakeBack, post, post_for_absorbed
from app.lib import dates
from app.offers.services import give_back_coupons, holders_of_sale, restore_gift_cards, restore_offers, used_meanwhile
from app.transactions.bought import take_back_bought
from app.transactions.models import Kind, Status, Transaction
from app.transactions.services.adjusting import Adjustment, adjust
from app.transactions.services.shortfall import MissingError


class AlreadyCancelledError(Exception):
    """The sale was cancelled before."""


def cancel_sale(
    sale: Transaction, *, reason: str = "", credit: Mapping[int, int] | None = None, leave: int = 0
) -> None:
    """Cancels a sale. Raises AlreadyCancelledError, and MissingError with exactly what is missing to take back.

    An admin may agree to `credit` exactly that first, for a reason: the way out when what was earned is spent; and to
    `leave` so many coupons as they are that came with the sale and were used.
    """
    holder = hold_family(sale.customer_id, lambda: holders_of_sale(sale.id) if sale.extras else ())
    db.session.refresh(sale)
    if sale.kind is not Kind.SALE:
        raise ValueError("Only a sale is cancelled.")
    if sale.status is Status.CANCELLED:
        raise AlreadyCancelledError
    used = used_meanwhile(sale.id) if sale.extras else []
    undoing = _undoing(sale)
    missing = _undo(sale, holder, undoing, credit or {}, [] if len(used) == leave else used)
    if sale.extras:
        _give_back(sale)
    sale.status, sale.cancelled_at = Status.CANCELLED, dates.now()
    db.session.flush()
    where = {"program": sale.program_id, "place": sale.point_of_sale_id, "terminal": sale.terminal_id}
    uncount_sale({"customer": holder.survivor, **where})
    assign_categories(sale.program_id, [holder.survivor])
    take_back_bought(sale.id)
    if missing:
        # Last, as credits are audited: who waits for a series or a gift card must not hold the chain.
        _make_up(sale, holder, undoing, missing, reason)
    changes = {"status": ("completed", "cancelled"), **({"reason_given": (None, reason)} if reason else {})}
    audit.record("transaction.cancel", audit.Subject("transaction", sale.id), changes)


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


def _give_back(sale: Transaction) -> None:
    """Gift cards, coupons and offers as they were; coupons that came with the sale are withdrawn."""
    restore_gift_cards(sale.id)
    give_back_coupons(sale.id, leave_used=True)
    restore_offers(sale.id)


def _undo(
    sale: Transaction, holder: Family, undoing: list[Move], credit: Mapping[int, int], used: Sequence[str]
) -> dict[int, int]:
    """Takes back and gives back, or answers with what is missing where that is to be made up. Raises MissingError."""
    missing = _try_to_undo(sale, holder, undoing, only_try=bool(used)) if undoing else {}
    if used or (missing and missing != credit):
        raise MissingError(missing, used)
    return missing


def _make_up(sale: Transaction, holder: Family, undoing: list[Move], missing: Mapping[int, int], reason: str) -> None:
    """What is missing is a credit of the log like any other."""
    for wallet, amount in missing.items():
        adjust(Adjustment(holder.survivor, wallet, amount, sale.terminal_id, reason))
    _post(sale, holder, undoing)


def _post(sale: Transaction, holder: Family, moves: list[Move]) -> None:
    """Undoes in the record that bought; where that was merged into another, points come from there and go there."""
    occasion = Occasion(sale.point_of_sale_id, sale.id)
    if holder.survivor == sale.customer_id:
        post(sale.customer_id, moves, occasion)
    else:
        post_for_absorbed(sale.customer_id, holder.survivor, moves, occasion)


def _try_to_undo(sale: Transaction, holder: Family, undoing: list[Move], *, only_try: bool) -> dict[int, int]:
    """Undoes it, or leaves all as it is and answers with what is missing in each wallet."""
    missing: dict[int, int] = {}
    attempt = db.session.begin_nested()
    while True:
        given: list[Move] = [
            Credit(wallet, EntryKind.ADDED, f"cancel:{sale.id}:{wallet}", amount=amount)
            for wallet, amount in missing.items()
        ]
        try:
            _post(sale, holder, [*given, *undoing])
        except ShortfallError as short:
            missing[short.wallet_id] = missing.get(short.wallet_id, 0) + short.missing
        else:
            break
    if missing or only_try:
        attempt.rollback()
    else:
        attempt.commit()
    return missing
