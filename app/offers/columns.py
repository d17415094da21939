"""Columns of what customers hold: coupons and offers in hand (CT-1).

Every customer has a row, so no one is missed by sorting; what passed its date leaves the numbers within a minute.
"""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func

from app.customers.parameters import BUSINESS
from app.customers.registry import Column, Order, Sample, Source, Walk
from app.offers.models import CustomerHolding


def holding_columns() -> list[Column]:
    return [_column("coupons", _("Coupons")), _column("offers", _("Offers"))]


def held(_sample: Sample) -> Source:
    rows = CustomerHolding.__table__.alias()
    return Source("holding", rows, rows.c.customer_id, (rows.c.business_id == BUSINESS,))


def _column(key: str, label: str) -> Column:
    value = getattr(CustomerHolding, key)
    walk = Walk(CustomerHolding.customer_id.expression, value, (CustomerHolding.business_id == BUSINESS,))
    return Column(
        key,
        label,
        "integer",
        fields=lambda rows: [rows.c[key]],
        order=lambda sample: Order((walk,)),
        cell=lambda row: getattr(row, key) or 0,
        source=held,
        total=lambda rows: func.sum(rows.c[key]),
        numeric=True,
    )
