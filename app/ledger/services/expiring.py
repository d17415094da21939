"""Expiry: what remains of lots past their date goes out, of many customers in one statement (RELIABILITY)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from app.db import business_id, references_planned_once
from app.extensions import db
from app.ledger.models import EntryKind
from app.lib import dates

CHUNK = 5_000
"""Lots in one unit of work: a second or two, and no more is lost when it is killed."""

# Balances are held before anything is read of them, in the order in which every movement holds them.
_HOLD = text(
    """
    SELECT b.wallet_id, b.customer_id FROM balance b
    JOIN (
        SELECT DISTINCT wallet_id, customer_id FROM (
            SELECT wallet_id, customer_id FROM lot
            WHERE business_id = :business AND remaining > 0 AND expires_at <= :moment
            ORDER BY expires_at, id LIMIT :most
        ) due
    ) due USING (wallet_id, customer_id)
    WHERE b.business_id = :business
    ORDER BY b.wallet_id, b.customer_id
    FOR UPDATE OF b
    """
)
_EXPIRE = text(
    """
    WITH held AS (
        SELECT * FROM unnest(CAST(:wallets AS bigint[]), CAST(:customers AS bigint[])) held (wallet_id, customer_id)
    ), due AS MATERIALIZED (
        SELECT l.id AS lot_id, l.wallet_id, l.customer_id, l.remaining,
            b.amount - sum(l.remaining) OVER (PARTITION BY l.wallet_id, l.customer_id ORDER BY l.expires_at, l.id)
                AS balance_after
        FROM held
        JOIN balance b ON b.business_id = :business AND b.wallet_id = held.wallet_id
            AND b.customer_id = held.customer_id
        JOIN lot l ON l.business_id = :business AND l.customer_id = held.customer_id
            AND l.wallet_id = held.wallet_id AND l.remaining > 0 AND l.expires_at <= :moment
    ), numbered AS MATERIALIZED (
        -- By id, too, a wallet's entries stand in the order in which its balance fell.
        SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id')) AS entry_id, ordered.*
        FROM (SELECT * FROM due ORDER BY wallet_id, customer_id, balance_after DESC) ordered
    ), entries AS (
        INSERT INTO ledger_entry (business_id, id, customer_id, wallet_id, kind, amount, balance_after, at, key)
        SELECT :business, entry_id, customer_id, wallet_id, :kind, -remaining, balance_after, :moment,
            'expire:' || lot_id || ':' || entry_id
        FROM numbered
    ), used AS (
        INSERT INTO lot_use (business_id, entry_id, lot_id, amount)
        SELECT :business, entry_id, lot_id, remaining FROM numbered
    ), emptied AS (
        UPDATE lot SET remaining = 0 FROM numbered WHERE lot.business_id = :business AND lot.id = numbered.lot_id
    ), next AS (
        SELECT DISTINCT ON (l.wallet_id, l.customer_id) l.wallet_id, l.customer_id, l.expires_at,
            sum(l.remaining) AS amount
        FROM held JOIN lot l ON l.business_id = :business AND l.customer_id = held.customer_id
            AND l.wallet_id = held.wallet_id AND l.remaining > 0 AND l.expires_at > :moment
        GROUP BY l.wallet_id, l.customer_id, l.expires_at
        ORDER BY l.wallet_id, l.customer_id, l.expires_at
    ), left_over AS (
        SELECT held.wallet_id, held.customer_id, coalesce(gone.amount, 0) AS gone,
            coalesce(next.expires_at, :never) AS expiring_at, coalesce(next.amount, 0) AS expiring
        FROM held
        LEFT JOIN (SELECT wallet_id, customer_id, sum(remaining) AS amount FROM due GROUP BY 1, 2) gone
            USING (wallet_id, customer_id)
        LEFT JOIN next USING (wallet_id, customer_id)
    ), written AS (
        UPDATE balance b SET amount = b.amount - l.gone, expiring_at = l.expiring_at, expiring = l.expiring
        FROM left_over l
        WHERE b.business_id = :business AND b.wallet_id = l.wallet_id AND b.customer_id = l.customer_id
    )
    SELECT count(*) FROM numbered
    """
)


def expire_lots(most: int = CHUNK) -> int:
    """Takes out up to about so many lots past their date; answers with their number, 0 when none is left.

    A lot goes once: its balance is held, and it is empty afterwards. Run it in units of work of its own.
    """
    held = db.session.execute(_HOLD, {"business": business_id(), "moment": dates.now(), "most": most}).all()
    if not held:
        return 0
    # Whoever held one of them first wrote at a later moment than they were chosen at.
    moment = dates.now()
    with references_planned_once():
        return expire_held([row.wallet_id for row in held], [row.customer_id for row in held], moment)


def expire_held(wallets: Sequence[int], customers: Sequence[int], moment: datetime) -> int:
    """Takes out what is past its date of balances that are held, each of a wallet and its customer."""
    values = {"business": business_id(), "moment": moment, "wallets": list(wallets), "customers": list(customers)}
    more = {"kind": int(EntryKind.EXPIRED), "never": dates.NEVER}
    return int(db.session.execute(_EXPIRE, values | more).scalar_one())
