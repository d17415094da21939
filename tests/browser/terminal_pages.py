"""The Terminal's pages for pictures: Sasha's, with a sale at each of its steps."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from app.db import unit_of_work
from app.extensions import db
from app.permissions import Role
from app.scope import Scope
from app.transactions.services import BasketLine
from app.transactions.services.open_sales import begin_sale, open_sale, put_lines
from tests.factories import default_program
from tests.people import Person

SIZES = {"1280": (1280, 800), "820": (820, 1180), "390": (390, 844)}
PAGES = {
    "terminal": "/terminal",
    "terminal-places": "/terminal/places",
    "terminal-new": "/terminal/open-sales/{new}/customer",
    "terminal-amount": "/terminal/open-sales/{amount}/amount",
    "terminal-goods": "/terminal/open-sales/{goods}/goods",
    "terminal-payment": "/terminal/open-sales/{goods}/payment",
    "terminal-confirmation": "/terminal/open-sales/{goods}/confirmation",
    "terminal-fate": "/terminal/open-sales/{goods}",
    "terminal-history": "/terminal/sales?from=2026-01-01",
    "terminal-receipt": "/terminal/sales/{sale}",
    "terminal-cancellation": "/terminal/sales/{sale}/cancellation",
}
_SALE = """
    SELECT id FROM transaction WHERE business_id = :business AND terminal_id = :terminal AND kind = 1 AND status = 1
    ORDER BY points_paid DESC, at DESC LIMIT 1
"""
_GOODS = "SELECT id, name, price FROM good WHERE business_id = :business AND price IS NOT NULL ORDER BY id LIMIT 2"


def sasha(app: Flask, business: int) -> Person:
    """The demonstration's salesperson, at the Terminal there."""
    with app.app_context(), unit_of_work(Scope(business)):
        user, terminal = db.session.execute(text("SELECT user_id, terminal_id FROM terminal_user LIMIT 1")).one()
    return Person(user, "sasha@example.com", "Sasha", business, Role.SALESPERSON, None, terminal)


def ids(app: Flask, seller: Person, customer: int) -> dict[str, str]:
    terminal = seller.terminal or 0
    with app.app_context(), unit_of_work(seller.scope):
        program = default_program().id
        new, amount, goods = (
            begin_sale(terminal, None, "+380670001122"),
            begin_sale(terminal, customer),
            begin_sale(terminal, customer),
        )
        known = db.session.execute(text(_GOODS), {"business": seller.business})
        lines = [BasketLine(each.name, 2 * each.price, 2_000, each.id) for each in known]
        put_lines(open_sale(terminal, goods), program, lines)
        sale = db.session.scalar(text(_SALE), {"business": seller.business, "terminal": terminal})
        return {"new": str(new), "amount": str(amount), "goods": str(goods), "sale": str(sale)}
