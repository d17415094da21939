"""Writing movements, once balances are held: entries, lots and balances go in by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from app.db import ask, business_id, current_scope
from app.extensions import db
from app.ledger.models import EntryKind
from app.ledger.services.holding import hold
from app.ledger.services.moving import Credit, Holding, Line, Lot, Move, Posted, Restore, TakeBack, Undone
from app.lib import dates


@dataclass(frozen=True)
class Occasion:
    """What movements belong to. A movement of no place is the brand's own doing."""

    point_of_sale_id: int | None = None
    transaction_id: int | None = None


class AlreadyReversedError(Exception):
    """What was to be undone was undone before."""


_UNDONE = text(
    "SELECT e.id, e.amount, l.id AS lot_id, u.amount AS taken, l.amount AS lot_amount, l.remaining, l.expires_at,"
    " l.entry_id, l.title, l.origin_id, (SELECT r.id FROM ledger_entry r WHERE r.business_id = e.business_id"
    " AND r.reverses_id = e.id) AS reversed_by FROM ledger_entry e"
    " LEFT JOIN lot_use u ON u.business_id = e.business_id AND u.entry_id = e.id"
    " LEFT JOIN lot l ON l.business_id = e.business_id AND l.id = u.lot_id"
    " WHERE e.business_id = :business AND e.customer_id = :customer AND e.id = ANY(:entries)"
)
# References are checked when the statement ends, so that entries, lots and balances go in together. What expires on the
# way is a date's doing: it belongs to no sale, place or person, and tells a location operator nothing (PR-3).
_ENTRIES = """
    WITH lines AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id')) AS id, line.*
        FROM unnest(CAST(:wallets AS bigint[]), CAST(:kinds AS smallint[]), CAST(:amounts AS bigint[]),
            CAST(:balances AS bigint[]), CAST(:keys AS text[]), CAST(:reverses AS bigint[]), CAST(:notes AS text[]))
            WITH ORDINALITY line (wallet_id, kind, amount, balance_after, key, reverses_id, note, number)
    ), entries AS (
        INSERT INTO ledger_entry (business_id, id, customer_id, wallet_id, kind, amount, balance_after, at, key,
            point_of_sale_id, transaction_id, reverses_id, user_id, note)
        -- What a reversal brings back after its date expires once more, so the lot alone does not name it.
        SELECT :business, id, :customer, wallet_id, kind, amount, balance_after, :at,
            CASE kind WHEN :expired THEN key || ':' || id ELSE key END,
            CASE WHEN kind <> :expired THEN CAST(:place AS bigint) END,
            CASE WHEN kind <> :expired THEN CAST(:transaction AS bigint) END, reverses_id,
            CASE WHEN kind <> :expired THEN CAST(:user AS bigint) END, note
        FROM lines
    ), written AS (
        UPDATE balance SET amount = now.amount, expiring_at = now.expiring_at, expiring = now.expiring
        FROM unnest(CAST(:held_wallets AS bigint[]), CAST(:held_amounts AS bigint[]),
            CAST(:held_expiring_at AS timestamptz[]), CAST(:held_expiring AS bigint[]))
            now (wallet_id, amount, expiring_at, expiring)
        WHERE balance.business_id = :business AND balance.customer_id = :customer AND balance.wallet_id = now.wallet_id
    )"""
_MADE = """, new AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('lot', 'id')) AS id, made.*
        FROM unnest(CAST(:lot_lines AS bigint[]), CAST(:lot_amounts AS bigint[]), CAST(:lot_remaining AS bigint[]),
            CAST(:lot_expiries AS timestamptz[]), CAST(:lot_titles AS text[]), CAST(:lot_origins AS bigint[]))
            WITH ORDINALITY made (number, amount, remaining, expires_at, title, origin_id, mark)
    ), made AS (
        INSERT INTO lot (business_id, id, customer_id, wallet_id, entry_id, amount, remaining, expires_at, title,
            origin_id)
        SELECT :business, new.id, :customer, lines.wallet_id, lines.id, new.amount, remaining, expires_at, title,
            origin_id
        FROM new JOIN lines USING (number)
    )"""
_CHANGED = """, changed AS (
        UPDATE lot SET remaining = now.remaining
        FROM unnest(CAST(:changed_ids AS bigint[]), CAST(:changed_remaining AS bigint[])) now (id, remaining)
        WHERE lot.business_id = :business AND lot.id = now.id
    )"""
_USED = """, used AS (
        INSERT INTO lot_use (business_id, entry_id, lot_id, amount)
        SELECT :business, lines.id, {lot}, taken.amount
        FROM unnest(CAST(:use_lines AS bigint[]), CAST(:use_lots AS bigint[]), CAST(:use_amounts AS bigint[]))
            taken (number, lot, amount)
        JOIN lines USING (number)
        {joined}
    )"""
_ANSWER = " SELECT id FROM lines ORDER BY number"


@cache
def _statement(makes: bool, changes: bool, uses: bool) -> TextClause:
    """What writes lines, with what becomes of lots: each table that a statement names takes time, written or not."""
    words = _ENTRIES
    if makes:
        words += _MADE
    if changes:
        words += _CHANGED
    if uses and makes:
        # A lot that is made here goes by its place among them, below 0.
        words += _USED.format(lot="coalesce(new.id, taken.lot)", joined="LEFT JOIN new ON new.mark = -taken.lot")
    elif uses:
        words += _USED.format(lot="taken.lot", joined="")
    return text(words + _ANSWER)


def post(
    customer_id: int,
    moves: Sequence[Move],
    occasion: Occasion | None = None,
    *,
    at: datetime | None = None,
    held: dict[int, Holding] | None = None,
) -> list[Posted]:
    """Writes movements of one customer, in their order, all or none; answers with those asked for.

    What is past its date expires first, so that it is never spent. Raises ShortfallError, AlreadyReversedError, and
    IntegrityError for a key that was used before. `at` is when they happened; by default, once the balances are held.
    `held` is what `hold` answered with, for who had to look at it first; it serves once.
    """
    fills = all(isinstance(move, Credit) for move in moves)
    holdings = held if held is not None else hold(customer_id, {move.wallet_id for move in moves}, fills=fills)
    moment = at or dates.now()
    undone = _undone(customer_id, moves, holdings)
    for holding in holdings.values():
        holding.expire(moment)
    asked = [holdings[move.wallet_id].apply(move, moment, undone.get(getattr(move, "entry_id", 0))) for move in moves]
    order = [line for holding in holdings.values() for line in holding.lines]
    written = _write(customer_id, holdings, order, occasion or Occasion(), moment)
    by_line = dict(zip(map(id, order), written, strict=True))
    return [by_line[id(line)] for line in asked]


def _undone(customer_id: int, moves: Sequence[Move], holdings: dict[int, Holding]) -> dict[int, Undone]:
    """The entries that moves undo; their lots, spent ones too, join what is held."""
    asked = {move.entry_id: move.wallet_id for move in moves if isinstance(move, TakeBack | Restore)}
    if not asked:
        return {}
    values = {"business": business_id(), "customer": customer_id, "entries": list(asked)}
    found: dict[int, Undone] = {}
    for row in db.session.execute(_UNDONE, values):
        if row.reversed_by is not None:
            raise AlreadyReversedError(row.id)
        known = found.get(row.id, Undone(abs(row.amount)))
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


def _write(
    customer_id: int, holdings: dict[int, Holding], order: list[Line], occasion: Occasion, moment: datetime
) -> list[Posted]:
    values: dict[str, Any] = {
        "business": business_id(),
        "customer": customer_id,
        "at": moment,
        "user": current_scope().user_id,
        "place": occasion.point_of_sale_id,
        "transaction": occasion.transaction_id,
        "expired": int(EntryKind.EXPIRED),
        **_entry_values(order),
        **_held_values(holdings),
    }
    lots = _made_values(holdings, order), _changed_values(holdings), _use_values(order)
    for given in lots:
        values |= given
    entries = [number for (number,) in ask(_statement(*map(bool, lots)), values)]
    return [
        Posted(number, line.move.wallet_id, line.amount, line.balance_after)
        for line, number in zip(order, entries, strict=True)
    ]


def _entry_values(order: list[Line]) -> dict[str, list[Any]]:
    return {
        "wallets": [line.move.wallet_id for line in order],
        "kinds": [int(line.move.kind) for line in order],
        "amounts": [line.amount for line in order],
        "balances": [line.balance_after for line in order],
        "keys": [line.move.key for line in order],
        "reverses": [line.reverses for line in order],
        "notes": [line.move.note for line in order],
    }


def _made_values(holdings: dict[int, Holding], order: list[Line]) -> dict[str, list[Any]]:
    """Lots that lines make, each with the number of its line; empty where none does."""
    made = [
        (number, holdings[line.move.wallet_id].lots[lot.id])
        for number, line in enumerate(order, start=1)
        for lot in line.made
    ]
    if not made:
        return {}
    return {
        "lot_lines": [number for number, _lot in made],
        "lot_amounts": [lot.amount for _number, lot in made],
        "lot_remaining": [lot.remaining for _number, lot in made],
        "lot_expiries": [lot.expires_at for _number, lot in made],
        "lot_titles": [lot.title for _number, lot in made],
        "lot_origins": [lot.origin_id for _number, lot in made],
    }


def _changed_values(holdings: dict[int, Holding]) -> dict[str, list[Any]]:
    """Lots that were there and changed; empty where none did."""
    kept = [holding.lots[number] for holding in holdings.values() for number in holding.changed if number > 0]
    if not kept:
        return {}
    return {"changed_ids": [lot.id for lot in kept], "changed_remaining": [lot.remaining for lot in kept]}


def _use_values(order: list[Line]) -> dict[str, list[Any]]:
    """What lines take from lots; empty where none does."""
    new = [(line.move.wallet_id, lot.id) for line in order for lot in line.made]
    made = {lot: -mark for mark, lot in enumerate(new, start=1)}
    uses = [
        (number, made.get((line.move.wallet_id, lot), lot), amount)
        for number, line in enumerate(order, start=1)
        for lot, amount in line.uses
    ]
    if not uses:
        return {}
    return {
        "use_lines": [number for number, _lot, _amount in uses],
        "use_lots": [lot for _number, lot, _amount in uses],
        "use_amounts": [amount for _number, _lot, amount in uses],
    }


def _held_values(holdings: dict[int, Holding]) -> dict[str, list[Any]]:
    soonest = {wallet: holding.soonest for wallet, holding in holdings.items()}
    return {
        "held_wallets": list(holdings),
        "held_amounts": [holding.amount for holding in holdings.values()],
        "held_expiring_at": [soonest[wallet][0] or dates.NEVER for wallet in holdings],
        "held_expiring": [soonest[wallet][1] for wallet in holdings],
    }
