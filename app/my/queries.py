"""What a customer's own page tells of it: the programs that it is in, and what it holds (MY-1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from werkzeug.exceptions import NotFound

from app.customers.models import Enrolment
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Category, Program


def memberships(customer_id: int) -> Sequence[Row[Any]]:
    """The programs in use that a customer is or was in, the default one first: Program, Enrolment, category."""
    of_program = (Program.business_id == Enrolment.business_id) & (Program.id == Enrolment.program_id)
    of_category = (Category.business_id == Enrolment.business_id) & (Category.id == Enrolment.category_id)
    mine = (
        select(Program, Enrolment, Category.name.label("category"))
        .join_from(Enrolment, Program, of_program)
        .join(Category, of_category)
        .where(Enrolment.business_id == business_id(), Enrolment.customer_id == customer_id, Program.active)
        .order_by(Program.is_default.desc(), Program.title, Program.id)
    )
    rows: Sequence[Any] = db.session.execute(mine).all()
    return rows


def membership(customer_id: int, program_id: int) -> Row[Any]:
    """One of them. Raises NotFound."""
    found = next((each for each in memberships(customer_id) if each.Program.id == program_id), None)
    if found is None:
        raise NotFound
    return found
