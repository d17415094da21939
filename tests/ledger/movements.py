"""Movements of a customer's wallets, written one by one as the ledger keeps them, lots aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.db import business_id
from app.extensions import db
from app.ledger.models import Balance, Entry, EntryKind
from app.lib import dates
from app.loyalty.models import Wallet, WalletKind
from tests.factories import default_program


def add_account(customer_id: int, name: str = "Gift account") -> int:
    """A money account of the business in which the customer holds nothing yet; answers with the wallet's id."""
    known = select(Wallet).where(Wallet.business_id == business_id(), Wallet.name == name)
    wallet = db.session.scalar(known) or Wallet(business_id=business_id(), kind=WalletKind.MONEY, name=name)
    db.session.add(wallet)
    db.session.flush()
    db.session.add(
        Balance(business_id=business_id(), wallet_id=wallet.id, customer_id=customer_id, expiring_at=dates.NEVER)
    )
    db.session.flush()
    return wallet.id


def move(customer_id: int, amount: int, at: datetime, *, wallet: int | None = None, **values: Any) -> int:
    """A movement of hundredths of a point, or of money; answers with the entry's id."""
    wallet_id = wallet or default_program().wallet_id
    balance = db.session.get_one(Balance, (business_id(), wallet_id, customer_id))
    balance.amount += amount
    number = db.session.scalar(select(func.count()).select_from(Entry))
    kind = EntryKind.EARNED if amount > 0 else EntryKind.SPENT
    entry = Entry(
        **{"business_id": business_id(), "customer_id": customer_id, "wallet_id": wallet_id, "amount": amount}
        | {"balance_after": balance.amount, "at": at, "key": f"move:{number}", "kind": kind}
        | values
    )
    db.session.add(entry)
    db.session.flush()
    return entry.id
