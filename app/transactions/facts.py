"""A customer's latest transactions and spend by month, for the drawer and the overview (CP-1).

Row-level security leaves a location operator those of its own places (PR-3).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import gettext as _
from sqlalchemy import DateTime, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.businesses.models import PointOfSale
from app.customers.family import of_family, stretches
from app.db import business_id
from app.extensions import db
from app.filters import language, local, zone
from app.identity import workplace
from app.lib import dates
from app.lib.formats import minor, precision
from app.transactions.models import Kind, Status, Transaction, TransactionLine
from app.transactions.queries import ORDER, transaction_count

DRAWER_LINES, OVERVIEW_LINES, MONTHS = 5, 10, 12


def drawer_facts(customer_id: int) -> dict[str, object]:
    return {
        "transactions": latest(customer_id, DRAWER_LINES),
        "transactions_total": transaction_count(customer_id),
    }


def overview_facts(customer_id: int) -> dict[str, object]:
    lines = latest(customer_id, OVERVIEW_LINES)
    goods = _goods([line["id"] for line in lines])
    months = _months(customer_id)
    return {
        "transactions": [{**line, "goods": goods.get(line["id"], line["by_hand"])} for line in lines],
        "months": months,
        "months_total": sum(month["value"] for month in months),
    }


def latest(customer_id: int, most: int) -> list[dict[str, Any]]:
    """The latest transactions, newest first; amounts in the smallest unit, points in signed hundredths."""
    records = stretches(customer_id)
    mine = select(Transaction.id).where(
        Transaction.business_id == business_id(), Transaction.customer_id == records.c.customer_id
    )
    ids = ORDER.newest(mine, None, records).subquery()
    rows = db.session.execute(
        select(Transaction, PointOfSale.name.label("place"))
        .join(ids, ids.c.id == Transaction.id)
        # Outer, so that the walk over the newest ends with the last line that is wanted.
        .outerjoin(
            PointOfSale,
            (PointOfSale.business_id == Transaction.business_id) & (PointOfSale.id == Transaction.point_of_sale_id),
        )
        .where(Transaction.business_id == business_id())
        .order_by(*ORDER.newest_first())
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
        "points": 0 if cancelled else transaction.points_earned - transaction.points_spent,
        "cancelled": cancelled,
        "by_hand": _("Added by hand") if transaction.kind is Kind.CREDIT else "",
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


def _months(customer_id: int) -> list[dict[str, Any]]:
    """Spend in each of the last twelve months of the business's zone, oldest first."""
    firsts = _firsts(local(dates.now()).date())
    begins = [datetime.combine(first, time(), ZoneInfo(zone())) for first in firsts]
    moments = ARRAY(DateTime(timezone=True))
    # Each month is a stretch of the index: to ask of every sale in which month it was would take five times as long.
    month = func.unnest(literal(begins, moments), literal([*begins[1:], dates.FOREVER], moments))
    bounds = month.table_valued(column("since"), column("until"), name="month").render_derived()
    spend = (
        select(func.coalesce(func.sum(Transaction.gross - Transaction.discount), 0))
        .where(
            Transaction.business_id == business_id(),
            of_family(Transaction.customer_id, customer_id),
            Transaction.at >= bounds.c.since,
            Transaction.at < bounds.c.until,
            Transaction.kind == Kind.SALE,
            Transaction.status == Status.COMPLETED,
        )
        .scalar_subquery()
    )
    spent = db.session.scalars(select(spend).select_from(bounds).order_by(bounds.c.since))
    return [_bar(first, int(value)) for first, value in zip(firsts, spent, strict=True)]


def _bar(first: date, value: int) -> dict[str, Any]:
    pattern = "LLL yy" if first.month == 12 else "LLL"
    label = str(format_date(first, pattern, locale=language())).rstrip(".")
    return {"label": label, "value": value, "text": minor(value, language(), precision(workplace().currency))[0]}


def _firsts(today: date) -> list[date]:
    """The first days of this month and the eleven before it, oldest first."""
    months = [today.year * 12 + today.month - 1 - back for back in range(MONTHS)]
    return [date(month // 12, month % 12 + 1, 1) for month in reversed(months)]
