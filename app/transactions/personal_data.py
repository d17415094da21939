"""What a customer bought, for the file that it may ask for (CP-8)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.businesses.models import PointOfSale
from app.db import business_id
from app.extensions import db
from app.identity import workplace
from app.lib.decimals import fixed
from app.lib.formats import precision
from app.loyalty.models import Program
from app.transactions.models import Transaction, TransactionLine
from app.transactions.services.extras import facts_of

POINT_DIGITS = 2
QUANTITY_DIGITS = 3


def personal_data(customer_id: int) -> list[dict[str, object]]:
    """Every transaction with its goods, oldest first."""
    mine = (Transaction.business_id == business_id(), Transaction.customer_id == customer_id)
    here = (PointOfSale.business_id == Transaction.business_id, PointOfSale.id == Transaction.point_of_sale_id)
    program = (Program.business_id == Transaction.business_id, Program.id == Transaction.program_id)
    rows = db.session.execute(
        select(Transaction, PointOfSale.name.label("place"), Program.title)
        .join(PointOfSale, here[0] & here[1])
        .join(Program, program[0] & program[1])
        .where(*mine)
        .order_by(Transaction.at, Transaction.id)
    ).all()
    goods = _goods(customer_id)
    return [{**_described(row), "goods": goods.get(row.Transaction.id, [])} for row in rows]


def _described(row: Any) -> dict[str, object]:
    sale: Transaction = row.Transaction
    digits = precision(workplace().currency)
    return {
        "at": sale.at.isoformat(),
        "kind": sale.kind.name.lower(),
        "source": sale.source.name.lower(),
        "status": sale.status.name.lower(),
        "point_of_sale": row.place,
        "program": row.title,
        "currency": workplace().currency,
        "price": fixed(sale.gross, digits),
        "discount": fixed(sale.discount, digits),
        "points_paid": fixed(sale.points_paid, POINT_DIGITS),
        "account_paid": fixed(sale.account_paid, digits),
        "points_for_offers": fixed(sale.points_for_offers, POINT_DIGITS),
        "points_earned": fixed(sale.points_earned, POINT_DIGITS),
        "coupons_offers_and_gifts": [
            " ".join(filter(None, (each.label, each.words, each.aside, each.value))) for each in facts_of(sale.extras)
        ],
        "cancelled_at": sale.cancelled_at.isoformat() if sale.cancelled_at else None,
    }


def _goods(customer_id: int) -> dict[int, list[dict[str, object]]]:
    """Transaction → its lines."""
    digits = precision(workplace().currency)
    mine = select(Transaction.id).where(
        Transaction.business_id == business_id(), Transaction.customer_id == customer_id
    )
    lines = select(TransactionLine).where(
        TransactionLine.business_id == business_id(), TransactionLine.transaction_id.in_(mine)
    )
    found: dict[int, list[dict[str, object]]] = {}
    for line in db.session.scalars(lines.order_by(TransactionLine.transaction_id, TransactionLine.number)):
        found.setdefault(line.transaction_id, []).append(
            {
                "name": line.name,
                "quantity": fixed(line.quantity, QUANTITY_DIGITS),
                "price": fixed(line.gross, digits),
                "discount": fixed(line.discount, digits),
            }
        )
    return found
