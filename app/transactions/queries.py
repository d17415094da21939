"""A customer's transactions, newest first, with their sums (CP-3).

Row-level security leaves a location operator those of its own points of sale (PR-3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from sqlalchemy import FromClause, Row, Select, func, literal_column, select
from werkzeug.exceptions import NotFound

from app.accounts.models import ApiKey, User
from app.businesses.models import PointOfSale, StatsScope, Terminal
from app.customers.family import of_family, stretches
from app.customers.models import CustomerStats
from app.db import business_id, current_scope
from app.extensions import db
from app.loyalty.models import Program
from app.paging import Order, PageKey
from app.period import Period
from app.transactions.figures import Figures, summed
from app.transactions.log_filter import in_class, stretches_of
from app.transactions.models import UNCOUNTED, Kind, Source, Status, Transaction, TransactionLine

ORDER = Order(Transaction.at.expression, Transaction.id.expression)


@dataclass(frozen=True)
class Chosen:
    """Which transactions of a customer are asked for; those of records merged into it are its own (CP-9)."""

    customer_id: int
    period: Period = field(default_factory=Period)
    status: Status | None = None

    def transactions(self, of: FromClause) -> Select[Any]:
        """Those of one of the records that `of` lists."""
        mine = Transaction.business_id == business_id(), Transaction.customer_id == of.c.customer_id
        chosen = select(Transaction.id).where(*mine, *self.period.holds(Transaction.at))
        return chosen if self.status is None else chosen.where(Transaction.status == self.status)


def transactions(chosen: Chosen, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of transactions and one more, with place."""
    # The ids come out of the index alone, however few of many fit; only the page's rows are then read.
    records = stretches(chosen.customer_id)
    ids = ORDER.newest(chosen.transactions(records), key, records).subquery()
    columns: list[Any] = [
        *(Transaction.id, Transaction.at, Transaction.kind, Transaction.source, Transaction.status),
        (Transaction.gross - Transaction.discount).label("amount"),
        *(Transaction.points_earned, (Transaction.points_paid + Transaction.points_for_offers).label("points_spent")),
        PointOfSale.name.label("place"),
    ]
    statement = (
        select(*columns)
        .join(ids, ids.c.id == Transaction.id)
        # Outer, so that the few places are looked up for the rows, never the rows gathered anew for each place.
        .outerjoin(PointOfSale, _place())
        .where(Transaction.business_id == business_id())
        .order_by(*ORDER.newest_first())
    )
    return db.session.execute(statement).all()


def sales_at(terminals: Select[Any], period: Period, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of the sales of Terminals, whose ids are asked for as `owner`, and one more; nothing of who bought."""
    stretches = stretches_of(terminals, list(product([Kind.SALE], Source, Status)))
    mine = Transaction.business_id == business_id(), Transaction.terminal_id == stretches.c.owner
    sold = select(Transaction.id).where(*mine, *in_class(stretches), *period.holds(Transaction.at))
    ids = ORDER.newest(sold, key, stretches).subquery()
    columns: list[Any] = [
        *(Transaction.id, Transaction.at, Transaction.source, Transaction.status, Transaction.cancelled_at),
        *(Transaction.program_id, Transaction.terminal_id, Transaction.gross, Transaction.discount),
        *(Transaction.points_earned, Transaction.points_paid, Transaction.points_for_offers, Transaction.account_paid),
    ]
    rows = select(*columns).join(ids, ids.c.id == Transaction.id).where(Transaction.business_id == business_id())
    return db.session.execute(rows.order_by(*ORDER.newest_first())).all()


def sums(customer_id: int, period: Period) -> Figures:
    """What a period comes to, out of the index alone, which does not know what accounts paid."""
    summed_up = select(*summed("account_paid")).where(*_of_customer(customer_id), *period.holds(Transaction.at))
    return Figures(**db.session.execute(summed_up).one()._mapping)


def transaction_count(customer_id: int) -> int:
    """How many transactions a customer has: completed sales as the figures keep them, and the few others."""
    scope = (
        select(StatsScope.id)
        .where(
            StatsScope.business_id == business_id(),
            StatsScope.program_id.is_(None),
            StatsScope.franchisee_id.is_not_distinct_from(current_scope().franchisee_id),
            StatsScope.point_of_sale_id.is_(None),
            StatsScope.terminal_id.is_(None),
        )
        .scalar_subquery()
    )
    counted = select(CustomerStats.sales_count).where(
        CustomerStats.business_id == business_id(),
        CustomerStats.scope_id == scope,
        CustomerStats.customer_id == customer_id,
    )
    others = select(func.count()).select_from(Transaction).where(*_of_customer(customer_id), literal_column(UNCOUNTED))
    both = select(func.coalesce(counted.scalar_subquery(), 0) + others.scalar_subquery())
    return int(db.session.execute(both).scalar_one())


def transaction_named(number: int, customer_id: int | None = None) -> Row[Any]:
    """A transaction, of the customer if one is named, with place, Terminal, program and who made it.

    Raises NotFound.
    """
    columns: list[Any] = [
        Transaction,
        PointOfSale.name.label("place"),
        Terminal.name.label("terminal"),
        Program.title.label("program"),
        User.name.label("author"),
        ApiKey.name.label("key"),
    ]
    statement = (
        select(*columns)
        .join(PointOfSale, _place())
        .join(
            Terminal,
            (Terminal.business_id == Transaction.business_id) & (Terminal.id == Transaction.terminal_id),
        )
        .join(Program, (Program.business_id == Transaction.business_id) & (Program.id == Transaction.program_id))
        .outerjoin(User, User.id == Transaction.user_id)
        .outerjoin(ApiKey, (ApiKey.business_id == Transaction.business_id) & (ApiKey.id == Transaction.api_key_id))
        .where(Transaction.business_id == business_id(), Transaction.id == number)
    )
    if customer_id is not None:
        statement = statement.where(of_family(Transaction.customer_id, customer_id))
    found = db.session.execute(statement).first()
    if found is None:
        raise NotFound
    return found


def goods_of(number: int) -> Sequence[TransactionLine]:
    """What a transaction sold, in its order."""
    mine = TransactionLine.business_id == business_id(), TransactionLine.transaction_id == number
    return db.session.scalars(select(TransactionLine).where(*mine).order_by(TransactionLine.number)).all()


def _of_customer(customer_id: int) -> tuple[Any, ...]:
    return Transaction.business_id == business_id(), of_family(Transaction.customer_id, customer_id)


def _place() -> Any:
    return (PointOfSale.business_id == Transaction.business_id) & (PointOfSale.id == Transaction.point_of_sale_id)
