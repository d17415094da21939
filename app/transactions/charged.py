"""The sales behind charges, as a list of charges shows them (BI-1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import url_for
from sqlalchemy import select

from app.billing.subjects import Subject
from app.businesses.models import PointOfSale, Terminal
from app.db import business_id
from app.extensions import db
from app.filters import money
from app.transactions.models import Status, Transaction


def charged_sales(ids: Collection[int]) -> Mapping[int, Subject]:
    """Where each was made and what its basket came to; the log has the rest."""
    of_row = Transaction.business_id
    statement = (
        select(
            *(Transaction.id, Transaction.status, PointOfSale.name.label("place"), Terminal.name.label("terminal")),
            (Transaction.gross - Transaction.discount).label("amount"),
        )
        .outerjoin(PointOfSale, (PointOfSale.business_id == of_row) & (PointOfSale.id == Transaction.point_of_sale_id))
        .outerjoin(Terminal, (Terminal.business_id == of_row) & (Terminal.id == Transaction.terminal_id))
        .where(of_row == business_id(), Transaction.id.in_(ids))
    )
    return {
        row.id: Subject(
            f"{row.place}, {row.terminal}",
            money(row.amount, symbol=True),
            url_for("transactions.index", transaction_id=row.id),
            cancelled=row.status is Status.CANCELLED,
        )
        for row in db.session.execute(statement)
    }
