"""Entries, lots and balances as they go in: by one statement, which names no table that it does not touch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from app.db import ask, business_id, current_scope
from app.ledger.models import EntryKind
from app.ledger.services.moving import Holding, Line, Posted
from app.lib import dates
from app.lib.handed import handed, values_of


@dataclass(frozen=True)
class Occasion:
    """What movements belong to. A movement of no place is the brand's own doing."""

    point_of_sale_id: int | None = None
    transaction_id: int | None = None


_COLUMNS: dict[str, dict[str, str]] = {
    "line": {
        "wallet_id": "bigint",
        "kind": "smallint",
        "amount": "bigint",
        "balance_after": "bigint",
        "key": "text",
        "reverses_id": "bigint",
        "note": "text",
    },
    "made": {
        "number": "bigint",
        "amount": "bigint",
        "remaining": "bigint",
        "expires_at": "timestamptz",
        "title": "text",
        "origin_id": "bigint",
    },
    "changed": {"id": "bigint", "remaining": "bigint"},
    "taken": {"number": "bigint", "lot": "bigint", "amount": "bigint"},
    "now": {"wallet_id": "bigint", "amount": "bigint", "expiring_at": "timestamptz", "expiring": "bigint"},
}
_NUMBERS = {"line": "number", "made": "mark"}
# References are checked when the statement ends, so that entries, lots and balances go in together. What expires on the
# way is a date's doing: it belongs to no sale, place or person, and tells a location operator nothing (PR-3).
_LINES = """
    WITH lines AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id')) AS id, line.* FROM {line}
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
        UPDATE balance SET amount = now.amount, expiring_at = now.expiring_at, expiring = now.expiring FROM {now}
        WHERE balance.business_id = :business AND balance.customer_id = :customer AND balance.wallet_id = now.wallet_id
    )"""
_MADE = """, new AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('lot', 'id')) AS id, made.* FROM {made}
    ), lots AS (
        INSERT INTO lot (business_id, id, customer_id, wallet_id, entry_id, amount, remaining, expires_at, title,
            origin_id)
        SELECT :business, new.id, :customer, lines.wallet_id, lines.id, new.amount, remaining, expires_at, title,
            origin_id
        FROM new JOIN lines USING (number)
    )"""
_CHANGED = """, rest AS (
        UPDATE lot SET remaining = changed.remaining FROM {changed}
        WHERE lot.business_id = :business AND lot.id = changed.id
    )"""
_TAKEN = """, used AS (
        INSERT INTO lot_use (business_id, entry_id, lot_id, amount)
        SELECT :business, lines.id, taken.lot, taken.amount FROM {taken} JOIN lines USING (number)
    )"""
_TAKEN_OF_NEW = """, used AS (
        INSERT INTO lot_use (business_id, entry_id, lot_id, amount)
        SELECT :business, lines.id, coalesce(new.id, taken.lot), taken.amount FROM {taken} JOIN lines USING (number)
        -- A lot that is made here goes by its place among them, below 0.
        LEFT JOIN new ON new.mark = -taken.lot
    )"""


def write(
    customer_id: int, holdings: dict[int, Holding], order: list[Line], occasion: Occasion, moment: datetime
) -> list[Posted]:
    """Writes the lines of one customer, with what becomes of lots and balances; answers with them in their order."""
    parts: dict[str, list[tuple[Any, ...]]] = {
        "line": [_entry(line) for line in order],
        "made": list(_made(holdings, order)),
        "changed": list(_changed(holdings)),
        "taken": list(_taken(order)),
        "now": list(_now(holdings)),
    }
    values: dict[str, Any] = {
        "business": business_id(),
        "customer": customer_id,
        "at": moment,
        "user": current_scope().user_id,
        "place": occasion.point_of_sale_id,
        "transaction": occasion.transaction_id,
        "expired": int(EntryKind.EXPIRED),
    }
    for name, rows in parts.items():
        values |= values_of(name, _COLUMNS[name], rows)
    statement = _statement(*(min(len(rows), 2) for rows in parts.values()))
    return [
        Posted(number, line.move.wallet_id, line.amount, line.balance_after)
        for line, (number,) in zip(order, ask(statement, values), strict=True)
    ]


@cache
def _statement(line: int, made: int, changed: int, taken: int, now: int) -> TextClause:
    """For none, one or more of each: a table that a statement names takes time, written or not."""
    words = _LINES
    if made:
        words += _MADE
    if changed:
        words += _CHANGED
    if taken:
        words += _TAKEN_OF_NEW if made else _TAKEN
    rows = {"line": line, "made": made, "changed": changed, "taken": taken, "now": now}
    parts = {name: handed(name, _COLUMNS[name], rows[name], _NUMBERS.get(name, "")) for name in rows}
    words += " SELECT id FROM lines ORDER BY number"
    return text(words.format(**parts))


def _entry(line: Line) -> tuple[Any, ...]:
    move = line.move
    return move.wallet_id, int(move.kind), line.amount, line.balance_after, move.key, line.reverses, move.note


def _made(holdings: dict[int, Holding], order: Sequence[Line]) -> Iterator[tuple[Any, ...]]:
    """Lots that lines make, each with the number of its line."""
    for number, line in enumerate(order, start=1):
        for each in line.made:
            lot = holdings[line.move.wallet_id].lots[each.id]
            yield number, lot.amount, lot.remaining, lot.expires_at, lot.title, lot.origin_id


def _changed(holdings: dict[int, Holding]) -> Iterator[tuple[Any, ...]]:
    """Lots that were there, with what remains."""
    for holding in holdings.values():
        for number in holding.changed:
            if number > 0:
                yield number, holding.lots[number].remaining


def _taken(order: Sequence[Line]) -> Iterator[tuple[Any, ...]]:
    """What lines take from which lots."""
    new = [(line.move.wallet_id, lot.id) for line in order for lot in line.made]
    made = {lot: -mark for mark, lot in enumerate(new, start=1)}
    for number, line in enumerate(order, start=1):
        for lot, amount in line.uses:
            yield number, made.get((line.move.wallet_id, lot), lot), amount


def _now(holdings: dict[int, Holding]) -> Iterator[tuple[Any, ...]]:
    """What balances are, with what expires soonest."""
    for wallet, holding in holdings.items():
        ends, amount = holding.soonest
        yield wallet, holding.amount, ends or dates.NEVER, amount
