"""Sales and points, with the figures that they make."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.businesses.models import Terminal
from app.customers.services.figures import count_sale, uncount_sale
from app.db import business_id
from app.extensions import db
from app.ledger.models import Balance, Entry, EntryKind, Lot
from app.lib import dates
from app.transactions.bought import add_bought, take_back_bought
from app.transactions.models import Kind, Source, Status, Transaction, TransactionLine
from app.transactions.services import BasketLine
from app.transactions.services.open_sales import begin_sale, open_sale, put_lines
from tests.factories.loyalty import default_program
from tests.factories.rows import add


def add_sale(
    customer_id: int,
    terminal_id: int,
    amount: int,
    at: datetime | None = None,
    *,
    program_id: int | None = None,
    points_earned: int = 0,
    goods: Sequence[int | None] = (None,),
) -> int:
    """A completed sale of `amount` in kopecks, counted in the figures of every scope it belongs to.

    A line for each of `goods`, None for what no list knows; the first line has the whole amount.
    """
    terminal = db.session.get_one(Terminal, (business_id(), terminal_id))
    sale = Transaction(
        business_id=business_id(),
        customer_id=customer_id,
        program_id=program_id or default_program().id,
        point_of_sale_id=terminal.point_of_sale_id,
        terminal_id=terminal_id,
        kind=Kind.SALE,
        source=Source.STORE,
        status=Status.COMPLETED,
        at=at or dates.now(),
        gross=amount,
        points_earned=points_earned,
    )
    add(sale)
    names = {"business_id": business_id(), "transaction_id": sale.id, "name": "Flat white", "quantity": 1000}
    add(
        *(
            TransactionLine(**names, number=number, gross=0 if number > 1 else amount, good_id=good)
            for number, good in enumerate(goods, start=1)
        )
    )
    db.session.execute(select(func.charge_sale(sale.id, sale.at)))
    add_bought(sale.id)
    count_sale(sale_values(sale))
    return sale.id


def cancel_sale(sale_id: int) -> None:
    """Takes a sale out of the figures; its points stay."""
    sale = db.session.get_one(Transaction, (business_id(), sale_id))
    sale.status, sale.cancelled_at = Status.CANCELLED, dates.now()
    db.session.flush()
    uncount_sale(sale_values(sale))
    take_back_bought(sale_id)


def sale_values(sale: Transaction) -> dict[str, object]:
    """What figures need to know of a sale."""
    where = {"program": sale.program_id, "place": sale.point_of_sale_id, "terminal": sale.terminal_id}
    return {"customer": sale.customer_id, "amount": sale.gross, "at": sale.at, **where}


def add_points(customer_id: int, amount: int, *, days: int | None = None, terminal_id: int | None = None) -> int:
    """Points in hundredths, in a lot of their own that expires in `days`, or never; answers with the entry's id."""
    place = db.session.get_one(Terminal, (business_id(), terminal_id)).point_of_sale_id if terminal_id else None
    balance = db.session.get_one(Balance, (business_id(), default_program().wallet_id, customer_id))
    balance.amount += amount
    expires_at = dates.now() + timedelta(days=days) if days is not None else None
    if expires_at and (balance.expiring_at == dates.NEVER or expires_at < balance.expiring_at):
        balance.expiring_at, balance.expiring = expires_at, amount
    holder = {"business_id": business_id(), "customer_id": customer_id, "wallet_id": balance.wallet_id}
    number = db.session.scalar(select(func.count()).select_from(Entry))
    entry = Entry(
        **holder,
        kind=EntryKind.ADDED,
        amount=amount,
        balance_after=balance.amount,
        at=dates.now(),
        key=f"test:{number}",
        point_of_sale_id=place,
    )
    add(entry)
    add(Lot(**holder, entry_id=entry.id, amount=amount, remaining=amount, expires_at=expires_at))
    return entry.id


def add_open_sale(customer_id: int, terminal_id: int) -> uuid.UUID:
    """A sale of 100.00 that the person of this unit of work is making; answers with its key."""
    key = begin_sale(terminal_id, customer_id)
    put_lines(open_sale(terminal_id, key), default_program().id, [BasketLine("Check", 10_000)])
    db.session.flush()
    return key
