"""Figures stay what the transactions say, whatever is sold and cancelled (CT-2, PR-3)."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.customers.models import CustomerStats
from app.customers.stats import differences
from app.extensions import db
from app.lib import dates
from tests.factories import add_customer, add_sale, cancel_sale
from tests.people import Town


def test_a_cancelled_sale_leaves_the_figures_as_they_were(town: Town) -> None:
    shop = town.kavalier
    with shop.work():
        customer = add_customer(point_of_sale=shop.own_place)
        add_sale(customer, shop.own_terminal, 1_000, dates.now() - timedelta(3))
        before = rows(customer)
        last = add_sale(customer, shop.franchised_terminal, 501)
        assert len(rows(customer)) > len(before)
        cancel_sale(last)
        assert rows(customer) == before
        assert differences().number == 0


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_sold_and_cancelled_the_figures_are_those_of_the_transactions(town: Town, seed: int) -> None:
    shop, chance = town.kavalier, random.Random(seed)
    with shop.work():
        places = (None, shop.own_place, shop.franchised_place)
        customers = [add_customer(f"C{number}", point_of_sale=chance.choice(places)) for number in range(4)]
        sold: list[int] = []
        for _step in range(25):
            if sold and chance.random() < 0.4:
                cancel_sale(sold.pop(chance.randrange(len(sold))))
            else:
                terminal = chance.choice((shop.own_terminal, shop.franchised_terminal))
                at = dates.now() - timedelta(minutes=chance.randrange(50))
                sold.append(add_sale(chance.choice(customers), terminal, chance.randrange(1, 9_999), at))
        assert differences().first == []


def rows(customer: int) -> list[tuple[object, ...]]:
    kept = select(*CustomerStats.__table__.columns).where(CustomerStats.customer_id == customer)
    return [tuple(row) for row in db.session.execute(kept.order_by(CustomerStats.scope_id))]
