"""What the ledger knows of a customer, for the file that it may ask for (CP-8)."""

from __future__ import annotations

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.identity import workplace
from app.ledger.models import Balance, Entry, Lot
from app.lib.decimals import fixed
from app.lib.formats import precision
from app.loyalty.models import Wallet, WalletKind

POINT_DIGITS = 2


def personal_data(customer_id: int) -> list[dict[str, object]]:
    """Each wallet with its balance, its open lots and every movement, oldest first."""
    mine = (Balance.business_id == business_id(), Balance.customer_id == customer_id)
    balances = db.session.execute(
        select(Balance.wallet_id, Balance.amount).where(*mine).order_by(Balance.wallet_id)
    ).all()
    wallets = {each.id: each for each in db.session.scalars(select(Wallet).where(Wallet.business_id == business_id()))}
    lots, movements = _lots(customer_id), _movements(customer_id)
    return [
        _described(wallets[row.wallet_id], row.amount, lots.get(row.wallet_id, []), movements.get(row.wallet_id, []))
        for row in balances
    ]


def _described(wallet: Wallet, balance: int, lots: list[Lot], movements: list[Entry]) -> dict[str, object]:
    points = wallet.kind == WalletKind.POINTS
    digits = POINT_DIGITS if points else precision(workplace().currency)
    return {
        "name": wallet.name,
        "unit": wallet.unit or ("points" if points else workplace().currency),
        "balance": fixed(balance, digits),
        "open_lots": [
            {
                "remaining": fixed(lot.remaining, digits),
                "expires_at": lot.expires_at.isoformat() if lot.expires_at else None,
                "title": lot.title or None,
            }
            for lot in lots
        ],
        "movements": [
            {
                "at": entry.at.isoformat(),
                "kind": entry.kind.name.lower(),
                "amount": fixed(entry.amount, digits),
                "balance_after": fixed(entry.balance_after, digits),
                "note": entry.note or None,
            }
            for entry in movements
        ],
    }


def _lots(customer_id: int) -> dict[int, list[Lot]]:
    mine = select(Lot).where(Lot.business_id == business_id(), Lot.customer_id == customer_id, Lot.remaining > 0)
    found: dict[int, list[Lot]] = {}
    for lot in db.session.scalars(mine.order_by(Lot.expires_at.nulls_last(), Lot.id)):
        found.setdefault(lot.wallet_id, []).append(lot)
    return found


def _movements(customer_id: int) -> dict[int, list[Entry]]:
    mine = select(Entry).where(Entry.business_id == business_id(), Entry.customer_id == customer_id)
    found: dict[int, list[Entry]] = {}
    for entry in db.session.scalars(mine.order_by(Entry.at, Entry.id)):
        found.setdefault(entry.wallet_id, []).append(entry)
    return found
