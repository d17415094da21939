"""A till of a shop that sells through the API, and what it finds there."""

from __future__ import annotations

from typing import Any

from app.db import business_id
from app.extensions import db
from app.loyalty.models import Program
from app.loyalty.rules import PointsPercent
from tests.api.calling import Program as Caller
from tests.api.calling import program
from tests.factories import add_customer, add_points, add_rule
from tests.people import Shop, Town

PHONE = "+380671112233"


def till_of(town: Town) -> Caller:
    """A program that sells at the brand's own Terminal; 10 % come back in points, of which 50 pay without a PIN."""
    shop = town.kavalier
    with shop.work():
        add_rule(shop.program, PointsPercent(1_000), name="Ten")
        db.session.get_one(Program, (business_id(), shop.program)).pin_limit = 5_000
    return program(shop, terminal_id=shop.own_terminal)


def buyer(shop: Shop, points: int = 0, **values: Any) -> int:
    """A customer with points, in hundredths."""
    with shop.work():
        customer = add_customer("Iryna", "Melnyk", PHONE, **values)
        if points:
            add_points(customer, points)
    return customer
