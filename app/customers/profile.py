"""What the drawer and the overview show of one customer: its own row and figures, and what other areas know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.businesses.models import PointOfSale
from app.customers.columns import days_since
from app.customers.filters import CustomerFilter
from app.customers.models import Card, Customer, Enrolment, Tag
from app.customers.parameters import CUSTOMER
from app.db import business_id
from app.extensions import db
from app.filters import local
from app.kept_statements import ask
from app.lib import dates
from app.lib.formats import initials
from app.loyalty.models import Category, Program

TAGS = 10


@dataclass(frozen=True)
class Figures:
    """A customer's sales in the viewer's scope (PR-3), in the currency's smallest unit."""

    sales: int
    spend: int
    average_basket: int | None
    last_purchase: datetime | None

    @property
    def days_since_last_purchase(self) -> int | None:
        return days_since(self.last_purchase)


def figures(customer_id: int, chosen: CustomerFilter | None = None) -> Figures:
    """The sales of a customer in a filter's scope, else in all that this person may see."""
    chosen = chosen or CustomerFilter()

    def statement() -> Select[Any]:
        sold = chosen.figures()
        return select(sold.rows).where(*sold.where, sold.customer_id == CUSTOMER)

    row = ask(("figures", chosen.shape), statement, chosen.parameters() | {"customer": customer_id}).first()
    if row is None or not row.sales_count:
        return Figures(0, 0, None, None)
    last = None if row.last_at == dates.NEVER else row.last_at
    return Figures(row.sales_count, row.amount, row.average, last)


def identity(customer: Customer) -> dict[str, Any]:
    """Who it is: what stands at the head of profile and drawer."""
    enrolments = programs(customer.id)
    default = next((each for each in enrolments if each["is_default"]), None)
    return {
        "id": customer.id,
        "name": full_name(customer) or None,
        "initials": initials(full_name(customer)),
        "phone": customer.phone or None,
        "email": customer.email or None,
        "cards": _cards(customer.id),
        "access": default["access"] if default else "none",
        "category": default["category"] if default else None,
        "category_by_hand": default is not None and default["by_hand"],
        "confirmed": customer.confirmed,
        "app_installed": customer.app_installed,
        "registered_on": local(customer.registered_at).date(),
        "registered_at": registered_at(customer),
        "programs": enrolments,
    }


def full_name(customer: Customer) -> str:
    return f"{customer.first_name} {customer.last_name}".strip()


def programs(customer_id: int) -> list[dict[str, Any]]:
    """Category and access type in each program, the default one first (AC-1)."""
    rows = db.session.execute(
        select(
            *(Program.id, Program.title, Program.is_default),
            *(Category.name, Enrolment.category_by_hand, Enrolment.access, Enrolment.left_at),
        )
        .join(Program, (Program.business_id == Enrolment.business_id) & (Program.id == Enrolment.program_id))
        .join(Category, (Category.business_id == Enrolment.business_id) & (Category.id == Enrolment.category_id))
        .where(Enrolment.business_id == business_id(), Enrolment.customer_id == customer_id)
        .order_by(Program.is_default.desc(), Program.title, Program.id)
    )
    return [
        {
            "id": row.id,
            "name": row.title,
            "is_default": row.is_default,
            "category": row.name,
            "by_hand": row.category_by_hand,
            "access": row.access.name.lower(),
            "left_at": row.left_at,
        }
        for row in rows
    ]


def tags(customer_id: int) -> list[tuple[str, str]]:
    """The first tags by key (CP-1)."""
    mine = select(Tag.key, Tag.value).where(Tag.business_id == business_id(), Tag.customer_id == customer_id)
    return [(row.key, row.value) for row in db.session.execute(mine.order_by(Tag.key).limit(TAGS))]


def _cards(customer_id: int) -> list[str]:
    mine = select(Card.number).where(Card.business_id == business_id(), Card.customer_id == customer_id)
    return list(db.session.scalars(mine.order_by(Card.id)))


def registered_at(customer: Customer) -> str | None:
    if customer.registered_point_of_sale_id is None:
        return None
    place = select(PointOfSale.name).where(
        PointOfSale.business_id == business_id(), PointOfSale.id == customer.registered_point_of_sale_id
    )
    return db.session.scalar(place)
