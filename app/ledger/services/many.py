"""Movements of thousands of customers in a few statements, as exact as those of one (RELIABILITY: money and points).

Each is of one wallet. The customers must be held, in the order of their ids, and so are their balances then. An entry
whose key is there already is written no more, and nothing of it moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, text

from app.db import business_id, current_scope
from app.extensions import db
from app.ledger.models import FIRST_ENTRY, EntryKind
from app.ledger.services.expiring import expire_held
from app.lib import dates
from app.lib.arrays import as_array


@dataclass(frozen=True)
class Many:
    """What is the same of all. The key of a customer's entry is `key`:<customer>."""

    wallet_id: int
    customers: Sequence[int]
    kind: EntryKind
    key: str
    note: str = ""
    point_of_sale_id: int | None = None


class Moved(NamedTuple):
    """An entry as it was written."""

    customer_id: int
    amount: int
    transaction_id: int | None = None
    reverses_id: int | None = None
    """What it took back, when it took back all of it."""


def credit_many(
    many: Many, amount: int, transactions: Sequence[int], *, expires_at: datetime | None = None, title: str = ""
) -> list[Moved]:
    """The same amount for each, in a lot of its own; `transactions` are the lines of the log, one for each."""
    more = {"amount": amount, "transactions": as_array(transactions), "expires_at": expires_at, "title": title}
    return _moved(_CREDIT, many, more)


def credit_each(many: Many, amounts: Sequence[int], *, expires_at: datetime | None = None) -> list[Moved]:
    """To each its own amount, in a lot of its own, without a line of the log."""
    return _moved(_CREDIT_EACH, many, {"amounts": as_array(amounts), "expires_at": expires_at, "title": ""})


def spend_many(many: Many, amounts: Sequence[int]) -> list[Moved]:
    """Takes from each its amount, out of the lots that expire soonest. Who has less loses nothing at all."""
    return _moved(_SPEND, many, {"amounts": as_array(amounts)})


def take_back_many(many: Many, key: str) -> list[Moved]:
    """Takes back what remains of the lots that entries of another `key` brought; what was spent stays spent."""
    return _moved(_TAKE_BACK, many, {"undone": _keys(many, key)})


def restore_many(many: Many, key: str) -> list[Moved]:
    """Gives the lots back what entries of another `key` took from them, with their dates."""
    return _moved(_RESTORE, many, {"undone": _keys(many, key)})


def _keys(many: Many, key: str) -> list[str]:
    return [f"{key}:{customer}" for customer in many.customers]


def _moved(statement: str, many: Many, more: dict[str, Any]) -> list[Moved]:
    moment = _hold(many)
    values = {
        "business": business_id(),
        "wallet": many.wallet_id,
        "customers": as_array(many.customers),
        "kind": int(many.kind),
        "key": many.key,
        "note": many.note,
        "place": many.point_of_sale_id,
        "user": current_scope().user_id,
        "at": moment,
        "never": dates.NEVER,
    }
    rows: Sequence[Row[Any]] = db.session.execute(text(statement), values | more).all()
    return [Moved(*tuple(row)) for row in rows]


def _hold(many: Many) -> datetime:
    """Holds the balances, made where there are none, and lets go out what is past its date; answers with the moment."""
    values = {"business": business_id(), "wallet": many.wallet_id, "customers": as_array(many.customers)}
    held = db.session.execute(text(_HOLD), values).all()
    if len(held) < len(many.customers):
        db.session.execute(text(_OPEN), values | {"never": dates.NEVER})
        held = db.session.execute(text(_HOLD), values).all()
    moment = dates.now()
    due = [row.customer_id for row in held if dates.NEVER < row.expiring_at <= moment]
    if due:
        expire_held([many.wallet_id] * len(due), due, moment)
    return moment


_HOLD = """
    SELECT customer_id, expiring_at FROM balance
    WHERE business_id = :business AND wallet_id = :wallet AND customer_id = ANY(:customers)
    ORDER BY customer_id FOR UPDATE
"""
_OPEN = """
    INSERT INTO balance (business_id, wallet_id, customer_id, expiring_at)
    SELECT :business, :wallet, customer, :never FROM unnest(CAST(:customers AS bigint[])) customer
    ORDER BY customer ON CONFLICT DO NOTHING
"""
_ENTRY = """
        INSERT INTO ledger_entry (business_id, id, customer_id, wallet_id, kind, amount, balance_after, at, key,
            point_of_sale_id, transaction_id, reverses_id, user_id, note)
"""
_OWN = """
            CAST(:at AS timestamptz), :key || ':' || m.customer_id, CAST(:place AS bigint), m.transaction_id,
            m.reverses_id, CAST(:user AS bigint), :note
"""
_BALANCE = "JOIN balance b ON b.business_id = :business AND b.wallet_id = :wallet AND b.customer_id = m.customer_id"
_ANSWER = "SELECT customer_id, amount, transaction_id, reverses_id FROM entries ORDER BY customer_id"
# A lot that comes in, or back, and expires before all others is the one that a balance tells of.
_SOONER = """
    UPDATE balance b SET amount = b.amount + m.amount,
        expiring_at = CASE WHEN m.expires_at IS NULL OR b.expiring_at <> :never AND b.expiring_at <= m.expires_at
            THEN b.expiring_at ELSE m.expires_at END,
        expiring = CASE WHEN m.expires_at IS NULL OR b.expiring_at <> :never AND b.expiring_at < m.expires_at
            THEN b.expiring WHEN b.expiring_at = m.expires_at THEN b.expiring + m.dated ELSE m.dated END
"""


def _crediting(credited: str) -> str:
    """Brings in lots: `credited` says how much to whom, as customer_id, transaction_id, amount."""
    return f"""
    WITH m AS (
        SELECT customer_id, transaction_id, amount, CAST(NULL AS bigint) AS reverses_id FROM {credited}
    ), entries AS ({_ENTRY}
        SELECT :business, nextval(pg_get_serial_sequence('ledger_entry', 'id')), m.customer_id, :wallet, :kind,
            m.amount, b.amount + m.amount, {_OWN}
        FROM m {_BALANCE}
        ON CONFLICT (business_id, key) DO NOTHING
        RETURNING id, customer_id, amount, transaction_id, reverses_id
    ), lots AS (
        INSERT INTO lot (business_id, customer_id, wallet_id, entry_id, amount, remaining, expires_at, title)
        SELECT :business, customer_id, :wallet, id, amount, amount, CAST(:expires_at AS timestamptz), :title
        FROM entries
    ), written AS ({_SOONER}
        FROM (SELECT customer_id, amount, amount AS dated, CAST(:expires_at AS timestamptz) AS expires_at
            FROM entries) m
        WHERE b.business_id = :business AND b.wallet_id = :wallet AND b.customer_id = m.customer_id
    )
    {_ANSWER}
"""


_CREDIT = _crediting("""
        (SELECT customer_id, transaction_id, CAST(:amount AS bigint) AS amount
        FROM unnest(CAST(:customers AS bigint[]), CAST(:transactions AS bigint[])) m (customer_id, transaction_id)) m
""")
_CREDIT_EACH = _crediting("""
        (SELECT customer_id, CAST(NULL AS bigint) AS transaction_id, amount
        FROM unnest(CAST(:customers AS bigint[]), CAST(:amounts AS bigint[])) m (customer_id, amount)) m
""")


def _taking(taken: str) -> str:
    """Takes from lots: `taken` says how much of which, and of whom, as customer_id, lot_id, amount, reverses_id."""
    return f"""
    WITH held AS MATERIALIZED (
        SELECT l.id, l.customer_id, {FIRST_ENTRY} AS entry_id, l.remaining, l.expires_at
        FROM lot l WHERE l.business_id = :business AND l.wallet_id = :wallet AND l.customer_id = ANY(:customers)
            AND l.remaining > 0
    ), taken AS MATERIALIZED ({taken}), m AS (
        SELECT customer_id, sum(amount)::bigint AS amount, max(reverses_id) AS reverses_id,
            CAST(NULL AS bigint) AS transaction_id
        FROM taken GROUP BY customer_id
    ), entries AS ({_ENTRY}
        SELECT :business, nextval(pg_get_serial_sequence('ledger_entry', 'id')), m.customer_id, :wallet, :kind,
            -m.amount, b.amount - m.amount, {_OWN}
        FROM m {_BALANCE}
        ON CONFLICT (business_id, key) DO NOTHING
        RETURNING id, customer_id, amount, transaction_id, reverses_id
    ), used AS (
        INSERT INTO lot_use (business_id, entry_id, lot_id, amount)
        SELECT :business, entries.id, taken.lot_id, taken.amount FROM taken JOIN entries USING (customer_id)
    ), changed AS (
        UPDATE lot SET remaining = lot.remaining - taken.amount FROM taken JOIN entries USING (customer_id)
        WHERE lot.business_id = :business AND lot.id = taken.lot_id
    ), next AS (
        SELECT DISTINCT ON (customer_id) customer_id, expires_at, rest FROM (
            SELECT h.customer_id, h.expires_at, sum(h.remaining - coalesce(t.amount, 0))::bigint AS rest
            FROM held h LEFT JOIN taken t ON t.lot_id = h.id
            WHERE h.expires_at IS NOT NULL GROUP BY h.customer_id, h.expires_at
        ) dated WHERE rest > 0 ORDER BY customer_id, expires_at
    ), written AS (
        UPDATE balance b SET amount = b.amount + m.amount, expiring_at = coalesce(m.expires_at, :never),
            expiring = coalesce(m.rest, 0)
        FROM (SELECT e.customer_id, e.amount, next.expires_at, next.rest
            FROM entries e LEFT JOIN next USING (customer_id)) m
        WHERE b.business_id = :business AND b.wallet_id = :wallet AND b.customer_id = m.customer_id
    )
    {_ANSWER}
"""


_SPEND = _taking("""
        SELECT customer_id, id AS lot_id, least(remaining, wanted - before)::bigint AS amount,
            CAST(NULL AS bigint) AS reverses_id
        FROM (
            SELECT held.*, wanted, sum(remaining) OVER (PARTITION BY customer_id) AS available,
                sum(remaining) OVER (PARTITION BY customer_id ORDER BY expires_at NULLS LAST, id) - remaining AS before
            FROM held JOIN unnest(CAST(:customers AS bigint[]), CAST(:amounts AS bigint[])) asked (customer_id, wanted)
                USING (customer_id)
        ) queued WHERE wanted > before AND available >= wanted
""")
# Only an entry that is taken back whole is named as reversed, as the proof of the ledger has it.
_TAKE_BACK = _taking("""
        SELECT h.customer_id, h.id AS lot_id, h.remaining AS amount,
            CASE WHEN sum(h.remaining) OVER (PARTITION BY e.id) = e.amount THEN e.id END AS reverses_id
        FROM ledger_entry e JOIN held h ON h.entry_id = e.id AND h.customer_id = e.customer_id
        WHERE e.business_id = :business AND e.key = ANY(:undone)
""")
_RESTORE = f"""
    WITH back AS MATERIALIZED (
        SELECT e.customer_id, e.id AS reverses_id, -e.amount AS whole, u.lot_id, u.amount, l.expires_at
        FROM ledger_entry e
        JOIN lot_use u ON u.business_id = :business AND u.entry_id = e.id
        JOIN lot l ON l.business_id = :business AND l.id = u.lot_id
        WHERE e.business_id = :business AND e.key = ANY(:undone) AND e.wallet_id = :wallet
            AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.business_id = :business AND r.reverses_id = e.id)
    ), m AS (
        SELECT DISTINCT customer_id, reverses_id, whole AS amount, CAST(NULL AS bigint) AS transaction_id FROM back
    ), entries AS ({_ENTRY}
        SELECT :business, nextval(pg_get_serial_sequence('ledger_entry', 'id')), m.customer_id, :wallet, :kind,
            m.amount, b.amount + m.amount, {_OWN}
        FROM m {_BALANCE}
        ON CONFLICT (business_id, key) DO NOTHING
        RETURNING id, customer_id, amount, transaction_id, reverses_id
    ), changed AS (
        UPDATE lot SET remaining = lot.remaining + back.amount FROM back JOIN entries USING (customer_id)
        WHERE lot.business_id = :business AND lot.id = back.lot_id
    ), soonest AS (
        SELECT DISTINCT ON (customer_id) customer_id, expires_at, dated FROM (
            SELECT customer_id, expires_at, sum(amount)::bigint AS dated FROM back
            WHERE expires_at IS NOT NULL GROUP BY customer_id, expires_at
        ) dated ORDER BY customer_id, expires_at
    ), written AS ({_SOONER}
        FROM (SELECT e.customer_id, e.amount, soonest.expires_at, soonest.dated
            FROM entries e LEFT JOIN soonest USING (customer_id)) m
        WHERE b.business_id = :business AND b.wallet_id = :wallet AND b.customer_id = m.customer_id
    )
    {_ANSWER}
"""
