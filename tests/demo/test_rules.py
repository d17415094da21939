"""The demonstration programs earn by their rules: what the generator earned is what the rules give (LP-1, LP-2)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import text

from app.businesses.queries import every_business, own_business
from app.db import unit_of_work
from app.extensions import db
from app.loyalty.queries import program_settings, rules_of
from app.loyalty.rules import Line, Purchase, outcome
from app.scope import Scope

SALES = text(
    "SELECT t.*, e.category_id FROM transaction t JOIN enrolment e USING (business_id, program_id, customer_id)"
    " WHERE t.kind = 1 AND t.status = 1 AND e.access IN (1, 2) ORDER BY t.id LIMIT 500"
)


def test_points_of_sales_are_those_of_the_rules(generated: Flask) -> None:
    """LP-1, LP-2: over sales of every business; what was off the price then is no rule's doing."""
    compared = 0
    with generated.app_context():
        businesses = every_business()
    for business in businesses:
        with generated.app_context(), unit_of_work(Scope(business)):
            zone = ZoneInfo(own_business().time_zone)
            for sale in db.session.execute(SALES):
                line = Line(1, None, frozenset(), 1000, sale.gross - sale.discount)
                place = sale.point_of_sale_id
                bought = Purchase((line,), sale.at.astimezone(zone), place, sale.category_id)
                found = outcome(rules_of(sale.program_id), bought)
                rounding = program_settings(sale.program_id).rounding
                paid = line.gross - sale.points_paid - sale.account_paid
                assert found.earned(paid, rounding) == sale.points_earned, sale.id
                assert set(found.discounts.values()) == {0}
                compared += 1
    assert compared > 100
