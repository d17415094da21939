"""How many coupons and offers a customer holds, for the drawer and the overview (CP-1)."""

from __future__ import annotations

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.offers.models import CustomerHolding


def facts(customer_id: int) -> dict[str, object]:
    mine = CustomerHolding.business_id == business_id(), CustomerHolding.customer_id == customer_id
    row = db.session.execute(select(CustomerHolding.coupons, CustomerHolding.offers).where(*mine)).one_or_none()
    return {"coupons_held": row.coupons if row else 0, "offers_held": row.offers if row else 0}
