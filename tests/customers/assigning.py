"""Programs whose rules give categories, as their tests need them (AC-3)."""

from __future__ import annotations

from sqlalchemy import update

from app.customers.models import Enrolment
from app.customers.services.assigning import assign_chunk
from app.extensions import db
from app.loyalty.queries import categories_of, category_named
from app.transactions.services import Basket, BasketLine, sell
from tests.people import Shop


def rule(amount: int | None = None, sales: int | None = None, months: int | None = None) -> dict[str, int | None]:
    return {"from_amount": amount, "from_sales": sales, "months": months}


def buy(shop: Shop, customer: int, amount: int, program: int | None = None) -> int:
    lines = (BasketLine("Beans", amount),)
    return sell(Basket(customer, program or shop.program, shop.own_terminal, lines=lines)).transaction_id


def standing(shop: Shop, customer: int, program: int | None = None) -> str:
    with shop.work():
        program = program or shop.program
        row = db.session.get_one(Enrolment, (shop.id, program, customer))
        return category_named(program, row.category_id).name


def set_by_hand(shop: Shop, customer: int, name: str) -> None:
    number = next(each.id for each in categories_of(shop.program) if each.name == name)
    mine = update(Enrolment).where(Enrolment.customer_id == customer)
    db.session.execute(mine.values(category_id=number, category_by_hand=True))


def run_to_the_end(shop: Shop, most: int = 5_000) -> int:
    looked = 0
    while True:
        with shop.work():
            chunk = assign_chunk(most)
        if not chunk:
            return looked
        looked += chunk
