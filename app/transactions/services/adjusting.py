"""Points and money added or removed by hand, with a reason (CP-2, CT-12)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, insert, select, text

from app import audit
from app.businesses.models import Terminal
from app.db import business_id, current_scope
from app.extensions import db
from app.ledger.models import EntryKind
from app.ledger.services import Credit, Occasion, Spend, hold, post
from app.lib import dates
from app.loyalty.models import Program, Wallet, WalletKind
from app.transactions.models import Kind, Source, Status, Transaction


@dataclass(frozen=True)
class Adjustment:
    """What is added (positive) or removed, in the wallet's smallest unit, and where that counts in the log."""

    customer_id: int
    wallet_id: int
    amount: int
    terminal_id: int
    reason: str
    valid_days: int | None = None
    """Of what is added; None never expires."""
    source: Source = Source.PANEL


def adjust(asked: Adjustment) -> int:
    """Writes the movement, and for what is added a line of the log; answers with the balance. Raises ShortfallError."""
    held = hold(asked.customer_id, {asked.wallet_id})
    before, at = held[asked.wallet_id].amount, dates.now()
    place = _place(asked.terminal_id)
    if asked.amount > 0:
        number = _line(asked, place)
        expires_at = at + timedelta(asked.valid_days) if asked.valid_days else None
        key = f"credit:{number}"
        move = Credit(
            asked.wallet_id, EntryKind.ADDED, key, asked.reason, asked.amount, expires_at, title=asked.reason[:60]
        )
        post(asked.customer_id, [move], Occasion(place, number), at=at, held=held)
    else:
        key = f"removal:{secrets.token_hex(12)}"
        taken = Spend(asked.wallet_id, EntryKind.REMOVED, key, asked.reason, -asked.amount)
        post(asked.customer_id, [taken], Occasion(place), at=at, held=held)
    balance = held[asked.wallet_id].amount
    changes = {"balance": (before, balance), "reason_given": (None, asked.reason)}
    audit.record("customer.adjust", audit.Subject("customer", asked.customer_id), changes)
    return balance


def program_of(wallet_id: int) -> Select[int]:
    """The program in whose name a wallet is credited: the one that it belongs to, else the default one."""
    return (
        select(Program.id)
        .where(Program.business_id == business_id())
        .order_by((Program.wallet_id == wallet_id).desc(), Program.is_default.desc(), Program.id)
        .limit(1)
    )


def _place(terminal_id: int) -> int:
    place = select(Terminal.point_of_sale_id).where(Terminal.business_id == business_id(), Terminal.id == terminal_id)
    return int(db.session.execute(place).scalar_one())


def _line(asked: Adjustment, place: int) -> int:
    """A credit in the log, at a Terminal."""
    wallet = db.session.get_one(Wallet, (business_id(), asked.wallet_id))
    points = asked.amount if wallet.kind == WalletKind.POINTS else 0
    # Nothing of the row is read back: its number is taken first.
    number = int(db.session.execute(text("SELECT nextval('transaction_id_seq')")).scalar_one())
    db.session.execute(
        insert(Transaction).values(
            business_id=business_id(),
            id=number,
            customer_id=asked.customer_id,
            program_id=program_of(asked.wallet_id).scalar_subquery(),
            point_of_sale_id=place,
            terminal_id=asked.terminal_id,
            kind=Kind.CREDIT,
            source=asked.source,
            status=Status.COMPLETED,
            at=dates.now(),
            points_earned=points,
            user_id=current_scope().user_id,
            api_key_id=current_scope().api_key_id,
        )
    )
    return number
