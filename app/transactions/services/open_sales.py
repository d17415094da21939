"""Sales that a Terminal is making: kept from step to step, sold once (TE-2, TE-6), and those that it made (TE-5)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import product
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, delete, func, literal, select
from werkzeug.exceptions import NotFound

from app.accounts.models import User
from app.customers.models import Customer
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Good, Program
from app.loyalty.queries import offered_among
from app.paging import Order, Page, PageKey, page_of
from app.period import Period
from app.transactions.log_filter import in_class, stretches_of
from app.transactions.models import Kind, OpenSale, Source, Status, Transaction, TransactionLine
from app.transactions.services.basket import Basket, BasketLine, Brought, gross_of

LASTS = timedelta(days=1)
_ORDER = Order(Transaction.at.expression, Transaction.id.expression)


def begin_sale(terminal_id: int, customer_id: int | None, phone: str = "") -> uuid.UUID:
    """Begins a sale, to a customer or to who is to be registered under `phone`; answers with its key."""
    key = uuid.uuid4()
    default = select(Program.id).where(Program.business_id == business_id(), Program.is_default)
    db.session.add(
        OpenSale(
            business_id=business_id(),
            key=key,
            terminal_id=terminal_id,
            user_id=current_scope().user_id,
            program_id=db.session.scalars(default).one(),
            customer_id=customer_id,
            phone="" if customer_id else phone,
        )
    )
    db.session.flush()
    return key


def open_sale(terminal_id: int, key: uuid.UUID, hold: bool = False) -> OpenSale:
    """A sale that this Terminal is making or made; held, who confirms it too waits. Raises NotFound."""
    found = db.session.get(OpenSale, (business_id(), key), with_for_update=hold, populate_existing=True)
    if found is None or found.terminal_id != terminal_id:
        raise NotFound
    return found


def forget_old_sales() -> None:
    """Removes what was begun more than a day ago, phones of people who were never registered among it."""
    old = OpenSale.business_id == business_id(), OpenSale.created_at < dates.now() - LASTS
    db.session.execute(delete(OpenSale).where(*old))


def basket_of(sale: OpenSale) -> Basket:
    """What is to be sold, at the prices of now: who saw others is shown these and asked again (TE-2).

    The customer must be known.
    """
    lines = [BasketLine(**line) for line in sale.lines]
    listed = {line.good_id for line in lines if line.good_id is not None and line.price is None}
    now = offered_among(listed) if listed else {}
    return Basket(
        customer_id=sale.customer_id or 0,
        program_id=sale.program_id,
        terminal_id=sale.terminal_id,
        lines=tuple(_priced(line, now) for line in lines),
        points=sale.points,
        accounts={int(wallet): amount for wallet, amount in sorted(sale.accounts.items())},
        brought=Brought.of(sale.brought),
    )


def _priced(line: BasketLine, now: Mapping[int, Good]) -> BasketLine:
    """What the list offers no more was put in while it did, and stays as it was."""
    good = now.get(line.good_id or 0) if line.price is None else None
    return replace(line, gross=gross_of(good.price or 0, line.quantity)) if good else line


def put_lines(sale: OpenSale, program_id: int, lines: Sequence[BasketLine]) -> None:
    """Other lines, or another program: what was to be paid with is chosen anew; coupons and offers stay."""
    kept = [asdict(line) for line in lines]
    if (sale.lines, sale.program_id) != (kept, program_id):
        sale.lines, sale.program_id, sale.pin_id = kept, program_id, None
        put_payment(sale, 0, {})
        put_brought(sale, replace(Brought.of(sale.brought), gift_cards={}))


def put_payment(sale: OpenSale, points: int, accounts: Mapping[int, int]) -> None:
    """Points and money to pay with; a PIN that was sent for others is of no use any more."""
    kept = {str(wallet): amount for wallet, amount in accounts.items() if amount}
    if (sale.points, sale.accounts) != (points, kept):
        sale.points, sale.accounts, sale.pin_id = points, kept, None


def put_brought(sale: OpenSale, brought: Brought) -> None:
    """What the customer hands in; here too a PIN was for what it was before."""
    kept = brought.written()
    if sale.brought != kept:
        sale.brought, sale.pin_id = kept, None


def sale_made_at(terminal_id: int, number: int, hold: bool = False) -> Transaction:
    """A sale that this Terminal made. Raises NotFound."""
    found = db.session.get(Transaction, (business_id(), number), with_for_update=hold)
    if found is None or found.terminal_id != terminal_id or found.kind is not Kind.SALE:
        raise NotFound
    return found


def lines_of(sale: Transaction) -> Sequence[TransactionLine]:
    """What a sale sold, in its order."""
    mine = TransactionLine.business_id == business_id(), TransactionLine.transaction_id == sale.id
    return db.session.scalars(select(TransactionLine).where(*mine).order_by(TransactionLine.number)).all()


def sales_made_at(terminal_id: int, period: Period, key: PageKey | None) -> Page[Row[Any]]:
    """A page of the sales of a Terminal, newest first, with what a customer is called and who sold."""
    # A plan that is kept would else sort all that a Terminal sold in a period, however long.
    terminal = select(literal(terminal_id, BigInteger).label("owner"))
    stretches = stretches_of(terminal, list(product([Kind.SALE], Source, Status)))
    chosen = select(Transaction.id).where(*_made_at(terminal_id, period), *in_class(stretches))
    ids = _ORDER.newest(chosen, key, stretches).subquery()
    customer = (Customer.business_id == Transaction.business_id) & (Customer.id == Transaction.customer_id)
    columns: list[Any] = [
        *(Transaction.id, Transaction.at, Transaction.status, Transaction.points_earned, Transaction.points_paid),
        (Transaction.gross - Transaction.discount).label("amount"),
        *(Customer.first_name, Customer.last_name, User.name.label("seller")),
    ]
    rows = (
        select(*columns)
        .join(ids, ids.c.id == Transaction.id)
        .join(Customer, customer)
        .outerjoin(User, User.id == Transaction.user_id)
        .where(Transaction.business_id == business_id())
        .order_by(*_ORDER.newest_first())
    )
    return page_of(db.session.execute(rows).all(), key)


def sums_made_at(terminal_id: int, period: Period) -> tuple[int, int]:
    """How many sales of a Terminal stand, and what they come to after discounts."""
    stands = *_made_at(terminal_id, period), Transaction.status == Status.COMPLETED
    amount = func.coalesce(func.sum(Transaction.gross - Transaction.discount), 0)
    number, total = db.session.execute(select(func.count(), amount).where(*stands)).one()
    return int(number), int(total)


def _made_at(terminal_id: int, period: Period) -> tuple[ColumnElement[bool], ...]:
    mine = Transaction.business_id == business_id(), Transaction.terminal_id == terminal_id
    return *mine, Transaction.kind == Kind.SALE, *period.holds(Transaction.at)
