"""The log's lines, its sums, and the figures of the report, out of indexes alone (TL-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, DateTime, Row, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.businesses.models import PointOfSale, Terminal
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.paging import PageKey
from app.period import days_of
from app.transactions.figures import Figures, summed
from app.transactions.log_filter import LogFilter
from app.transactions.models import Kind, Transaction
from app.transactions.queries import ORDER

LAST_DIGITS = 4


def log_lines(chosen: LogFilter, key: PageKey | None, *, masked: bool) -> Sequence[Row[Any]]:
    """A page of transactions and one more, with place, Terminal and customer.

    Of a `masked` customer only the first letter of the name and the last digits of the phone leave the database.
    """
    walked, stretches = chosen.walk()
    ids = ORDER.newest(walked, key, stretches).subquery()
    columns: list[Any] = [
        *(Transaction.id, Transaction.at, Transaction.kind, Transaction.source, Transaction.status),
        (Transaction.gross - Transaction.discount).label("amount"),
        *(Transaction.points_earned, (Transaction.points_paid + Transaction.points_for_offers).label("points_spent")),
        *(PointOfSale.name.label("place"), Terminal.name.label("terminal")),
        *_customer(masked),
    ]
    of_row = Transaction.business_id
    statement = (
        select(*columns)
        .join(ids, ids.c.id == Transaction.id)
        # Outer, so that names are looked up for the rows, never the rows gathered anew for each name.
        .outerjoin(PointOfSale, (PointOfSale.business_id == of_row) & (PointOfSale.id == Transaction.point_of_sale_id))
        .outerjoin(Terminal, (Terminal.business_id == of_row) & (Terminal.id == Transaction.terminal_id))
        .outerjoin(Customer, (Customer.business_id == of_row) & (Customer.id == Transaction.customer_id))
        .where(Transaction.business_id == business_id())
        .order_by(*ORDER.newest_first())
    )
    return db.session.execute(statement).all()


def figures(chosen: LogFilter) -> Figures:
    """What all that is chosen comes to."""
    return Figures(*db.session.execute(select(*summed()).where(*chosen.conditions())).one())


def figures_by_day(chosen: LogFilter) -> dict[tuple[date, int], Figures]:
    """Day of the business's zone and Terminal → what was sold; those without any are left out.

    Needs a period with both ends.
    """
    days, begins, ends = zip(*days_of(chosen.period), strict=True)
    moments = ARRAY(DateTime(timezone=True))
    # Each day is a stretch of the index: to ask of every sale on which day it was would take longer.
    bounds = func.unnest(literal(list(days), ARRAY(Date)), literal(list(begins), moments), literal(list(ends), moments))
    day = bounds.table_valued(column("day", Date), column("since"), column("until"), name="day").render_derived()
    of_day = (
        select(Transaction.terminal_id, *summed())
        .where(*chosen.conditions(), Transaction.kind == Kind.SALE)
        .where(Transaction.at >= day.c.since, Transaction.at < day.c.until)
        .group_by(Transaction.terminal_id)
        .lateral("sold")
    )
    rows = db.session.execute(select(day.c.day, *of_day.c).select_from(day.join(of_day, true())))
    return {(on, terminal): Figures(*sold) for on, terminal, *sold in rows}


def _customer(masked: bool) -> list[Any]:
    if masked:
        initial, last = func.left(Customer.first_name, 1), func.right(Customer.phone, LAST_DIGITS)
        return [initial.label("first_name"), last.label("phone"), Customer.erased_at]
    # Of a merged record the page leads on to the one that it was merged into.
    present = Customer.id.label("customer_id")
    return [Customer.first_name, Customer.last_name, Customer.phone, Customer.erased_at, present]
