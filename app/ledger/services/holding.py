"""Holding balances: locked in the order of their wallets, and read only then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.db import ask, business_id
from app.extensions import db
from app.ledger.models import FIRST_ENTRY
from app.ledger.services.moving import Filling, Holding, Lot
from app.lib import dates

# The order in which expiry holds the balances of many customers; of one it is that of the wallets.
_HOLD = text(
    "SELECT wallet_id, customer_id, amount, expiring_at, expiring FROM balance WHERE business_id = :business"
    " AND customer_id = ANY(:customers) AND wallet_id = ANY(:wallets) ORDER BY wallet_id, customer_id FOR UPDATE"
)
_OPEN = text(
    "INSERT INTO balance (business_id, wallet_id, customer_id, expiring_at)"
    " SELECT :business, wallet, customer, :never FROM unnest(CAST(:wallets AS bigint[])) wallet,"
    " unnest(CAST(:customers AS bigint[])) customer ORDER BY wallet, customer ON CONFLICT DO NOTHING"
)
_LOTS = text(
    f"SELECT id, wallet_id, amount, remaining, expires_at, {FIRST_ENTRY} AS entry_id, title, origin_id, customer_id"
    " FROM lot l WHERE business_id = :business AND customer_id = ANY(:customers) AND wallet_id = ANY(:wallets)"
    " AND remaining > 0"
)
_SOON = timedelta(minutes=1)  # what lapses while a unit of work goes on, it has to see


def hold(customer_id: int, wallets: Iterable[int], *, fills: bool = False) -> dict[int, Holding]:
    """What a customer holds in wallets, locked until the end of this unit of work; made where there is no balance.

    With `fills` nothing but credits may be posted to it: then lots are read only where one is due to expire.
    """
    held = _balances([customer_id], sorted(wallets))
    soon = dates.now() + _SOON
    if fills and all(row.expiring_at == dates.NEVER or row.expiring_at > soon for row in held):
        ends = {row.wallet_id: None if row.expiring_at == dates.NEVER else row.expiring_at for row in held}
        return {
            row.wallet_id: Filling(row.wallet_id, row.amount, {}, first=(ends[row.wallet_id], row.expiring))
            for row in held
        }
    return _with_lots([customer_id], held)[customer_id]


def hold_all(customers: Sequence[int], wallets: Iterable[int]) -> dict[int, dict[int, Holding]]:
    """The same of several customers, each in each of the wallets, in the order in which everyone holds them."""
    return _with_lots(customers, _balances(customers, sorted(wallets)))


def _balances(customers: Sequence[int], wallets: list[int]) -> list[Any]:
    values: dict[str, Any] = {"business": business_id(), "customers": list(customers), "wallets": wallets}
    held = ask(_HOLD, values)
    if len(held) < len(wallets) * len(customers):
        db.session.execute(_OPEN, values | {"never": dates.NEVER})
        held = ask(_HOLD, values)
    return held


def _with_lots(customers: Sequence[int], held: Sequence[Any]) -> dict[int, dict[int, Holding]]:
    holdings: dict[int, dict[int, Holding]] = {customer: {} for customer in customers}
    for row in held:
        holdings[row.customer_id][row.wallet_id] = Holding(row.wallet_id, row.amount, {})
    wallets = sorted({row.wallet_id for row in held})
    for row in ask(_LOTS, {"business": business_id(), "customers": list(customers), "wallets": wallets}):
        lot = Lot(row.id, row.amount, row.remaining, row.expires_at, row.entry_id, row.title, row.origin_id)
        holdings[row.customer_id][row.wallet_id].lots[row.id] = lot
    return holdings
