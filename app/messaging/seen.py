"""Whose messages a location operator may see at all (PR-3), where these are few.

Messages of the brand's other customers would be met by the thousand on the way to one of theirs.
"""

from __future__ import annotations

from sqlalchemy import Subquery, func, select

from app.businesses.models import StatsScope
from app.customers.models import CustomerStats
from app.db import business_id, current_scope
from app.extensions import db

FEW = 3_000
"""So many are looked up one by one as quickly as the newest of many are passed over."""


def few_customers() -> Subquery | None:
    """The customers that this person sees, as rows of one column, customer_id; None where they are many, or all."""
    franchisee = current_scope().franchisee_id
    if franchisee is None:
        return None
    scope = (
        select(StatsScope.id)
        .where(StatsScope.business_id == business_id(), StatsScope.franchisee_id == franchisee)
        .where(StatsScope.program_id.is_(None), StatsScope.point_of_sale_id.is_(None))
        .where(StatsScope.terminal_id.is_(None))
        .scalar_subquery()
    )
    theirs = select(CustomerStats.customer_id).where(
        CustomerStats.business_id == business_id(), CustomerStats.scope_id == scope
    )
    found = db.session.scalar(select(func.count()).select_from(theirs.limit(FEW + 1).subquery())) or 0
    return theirs.subquery("seen") if found <= FEW else None
