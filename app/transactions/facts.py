"""A customer's latest transactions and spend by month, for the drawer and the overview (CP-1).

Row-level security leaves a location operator those of its own places (PR-3).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import func, select

from app.businesses.models import PointOfSale
from app.db import business_id
from app.extensions import db
from app.filters import language, local, zone
from app.identity import workplace
from app.lib import dates
from app.lib.formats import minor, precision
from app.transactions.models import Kind, Status, Transaction, TransactionLine

DRAWER_LINES, OVERVIEW_LINES, MONTHS = 5, 10, 12


def drawer_facts(customer_id: int) -> dict[str, object]:
    return {
        "transactions": latest(customer_id, DRAWER_LINES),
        "transactions_total": _total(customer_id),
    }


def overview_facts(customer_id: int) -> dict[str, object]:
    lines = latest(customer_id, OVERVIEW_LINES)
    goods = _goods([line["id"] for line in lines])
    months = _months(customer_id)
    return {
        "transactions": [{**line, "goods": goods.get(line["id"], "")} for line in lines],
        "transactions_total": _total(customer_id),
        "months": months,
        "months_total": sum(month["value"] for month in months),
    }


def latest(customer_id: int, most: int) -> list[dict[str, Any]]:
    """The latest transactions, newest first; amounts in the smallest unit, points in signed hundredths."""
    rows = db.session.execute(
        select(Transaction, PointOfSale.name.label("place"))
        .join(
            PointOfSale,
            (PointOfSale.business_id == Transaction.business_id) & (PointOfSale.id == Transaction.point_of_sale_id),
        )
        .where(Transaction.business_id == business_id(), Transaction.customer_id == customer_id)
        .order_by(Transaction.at.desc(), Transaction.id.desc())
        .limit(most)
    )
    return [_line(row.Transaction, row.place) for row in rows]


def _line(transaction: Transaction, place: str) -> dict[str, Any]:
    cancelled = transaction.status is Status.CANCELLED
    return {
        "id": transaction.id,
        "at": transaction.at,
        "place": place,
        "amount": transaction.amount,
        "points": 0 if cancelled else transaction.points_earned - transaction.points_paid,
        "cancelled": cancelled,
    }


def _goods(ids: list[int]) -> dict[int, str]:
    """The names of what was bought, by transaction."""
    named = func.string_agg(TransactionLine.name, ", ").label("goods")
    rows = db.session.execute(
        select(TransactionLine.transaction_id, named)
        .where(TransactionLine.business_id == business_id(), TransactionLine.transaction_id.in_(ids))
        .group_by(TransactionLine.transaction_id)
    )
    return {row.transaction_id: row.goods for row in rows}


def _total(customer_id: int) -> int:
    mine = select(func.count()).select_from(Transaction)
    return db.session.execute(
        mine.where(Transaction.business_id == business_id(), Transaction.customer_id == customer_id)
    ).scalar_one()


def _months(customer_id: int) -> list[dict[str, Any]]:
    """Spend in each of the last twelve months of the business's zone, oldest first."""
    firsts = _firsts(local(dates.now()).date())
    since = datetime.combine(firsts[0], time(), ZoneInfo(zone()))
    month = func.date_trunc("month", func.timezone(zone(), Transaction.at)).label("month")
    rows = db.session.execute(
        select(month, func.sum(Transaction.gross - Transaction.discount).label("spend"))
        .where(
            Transaction.business_id == business_id(),
            Transaction.customer_id == customer_id,
            Transaction.at >= since,
            Transaction.kind == Kind.SALE,
            Transaction.status == Status.COMPLETED,
        )
        .group_by(month)
    )
    spent = {row.month.date(): int(row.spend) for row in rows}
    return [_bar(first, spent.get(first, 0)) for first in firsts]


def _bar(first: date, value: int) -> dict[str, Any]:
    pattern = "LLL yy" if first.month == 12 else "LLL"
    label = str(format_date(first, pattern, locale=language())).rstrip(".")
    return {"label": label, "value": value, "text": minor(value, language(), precision(workplace().currency))[0]}


def _firsts(today: date) -> list[date]:
    """The first days of this month and the eleven before it, oldest first."""
    months = [today.year * 12 + today.month - 1 - back for back in range(MONTHS)]
    return [date(month // 12, month % 12 + 1, 1) for month in reversed(months)]
