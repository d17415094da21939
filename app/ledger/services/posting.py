"""Posting movements: balances are held, what each comes to is found out, and all of it is written at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.ledger.models import FIRST_ENTRY, EntryKind
from app.ledger.services.holding import hold
from app.ledger.services.moving import Credit, Holding, Lot, Move, Posted, Restore, TakeBack, Undone
from app.ledger.services.writing import Occasion, write
from app.lib import dates


class AlreadyReversedError(Exception):
    """What was to be undone was undone before."""


# What of an entry's points expired since, with its customer or with a record that they went on to.
_EXPIRED = f"""
    WITH RECURSIVE holder AS (
        SELECT e.customer_id
        UNION SELECT i.customer_id FROM holder
        JOIN ledger_entry o ON o.business_id = e.business_id AND o.customer_id = holder.customer_id
            AND o.wallet_id = e.wallet_id AND o.kind = :moved AND o.amount < 0 AND o.id > e.id
        JOIN ledger_entry i ON i.business_id = e.business_id AND i.key = regexp_replace(o.key, 'out$', 'in')
    )
    SELECT coalesce(sum(u.amount), 0)::bigint FROM holder
    JOIN ledger_entry x ON x.business_id = e.business_id AND x.customer_id = holder.customer_id
        AND x.wallet_id = e.wallet_id AND x.kind = :expired AND x.id > e.id
    JOIN lot_use u ON u.business_id = e.business_id AND u.entry_id = x.id
    JOIN lot l ON l.business_id = e.business_id AND l.id = u.lot_id
    WHERE {FIRST_ENTRY} = e.id
"""
_UNDONE = text(
    f"""
    SELECT e.id, e.amount, l.id AS lot_id, u.amount AS taken, l.amount AS lot_amount, l.remaining, l.expires_at,
        {FIRST_ENTRY} AS entry_id, l.title, l.origin_id, CASE WHEN e.amount > 0 THEN ({_EXPIRED}) ELSE 0 END AS expired,
        (SELECT r.id FROM ledger_entry r WHERE r.business_id = e.business_id AND r.reverses_id = e.id) AS reversed_by
    FROM ledger_entry e
    LEFT JOIN lot_use u ON u.business_id = e.business_id AND u.entry_id = e.id
    LEFT JOIN lot l ON l.business_id = e.business_id AND l.id = u.lot_id
    WHERE e.business_id = :business AND e.customer_id = :customer AND e.id = ANY(:entries)
    """
)


def post(
    customer_id: int,
    moves: Sequence[Move],
    occasion: Occasion | None = None,
    *,
    at: datetime | None = None,
    held: dict[int, Holding] | None = None,
) -> list[Posted]:
    """Writes movements of one customer, in their order, all or none; answers with those asked for that moved anything.

    What is past its date expires first, so that it is never spent. Raises ShortfallError, AlreadyReversedError, and
    IntegrityError for a key that was used before. `at` is when they happened; by default, once the balances are held.
    `held` is what `hold` answered with, for who had to look at it first; it serves once.
    """
    fills = all(isinstance(move, Credit) for move in moves)
    holdings = held if held is not None else hold(customer_id, {move.wallet_id for move in moves}, fills=fills)
    moment = at or dates.now()
    undone = undone_by(customer_id, moves, holdings)
    for holding in holdings.values():
        holding.expire(moment)
    asked = [holdings[move.wallet_id].apply(move, moment, undone.get(getattr(move, "entry_id", 0))) for move in moves]
    order = [line for holding in holdings.values() for line in holding.lines]
    if not order:
        return []
    written = write(customer_id, holdings, order, occasion or Occasion(), moment)
    by_line = dict(zip(map(id, order), written, strict=True))
    return [by_line[id(line)] for line in asked if line is not None]


def undone_by(customer_id: int, moves: Sequence[Move], holdings: dict[int, Holding]) -> dict[int, Undone]:
    """The entries that moves undo; their lots, spent ones too, join what is held."""
    asked = {move.entry_id: move.wallet_id for move in moves if isinstance(move, TakeBack | Restore)}
    if not asked:
        return {}
    values = {"business": business_id(), "customer": customer_id, "entries": list(asked)}
    values |= {"moved": int(EntryKind.TRANSFERRED), "expired": int(EntryKind.EXPIRED)}
    found: dict[int, Undone] = {}
    for row in db.session.execute(_UNDONE, values):
        if row.reversed_by is not None:
            raise AlreadyReversedError(row.id)
        known = found.get(row.id, Undone(abs(row.amount), expired=row.expired))
        if row.lot_id is None:
            found[row.id] = known
            continue
        found[row.id] = Undone(row.amount, (*known.taken, (row.lot_id, row.taken)))
        known_lot = (row.lot_id, row.lot_amount, row.remaining, row.expires_at, row.entry_id, row.title, row.origin_id)
        lot = Lot(*known_lot)
        holdings[asked[row.id]].lots.setdefault(row.lot_id, lot)
    if missing := asked.keys() - found.keys():
        raise LookupError(f"There are no entries {sorted(missing)} of customer {customer_id}.")
    return found
