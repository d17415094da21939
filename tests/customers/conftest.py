"""A person at work, and one with two records."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.factories import add_customer, add_good, add_points, add_sale
from tests.people import Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def pair(town: Town) -> tuple[int, int]:
    """A customer with two records: the first survives."""
    shop = town.kavalier
    with shop.work(town.anna):
        first = add_customer("Olena", "Koval", "+380671112233", cards=["11"], tags=[("milk", "oat"), ("city", "Kyiv")])
        second = add_customer("Lena", "Koval", "+380671112234", email="l@k.ua", cards=["22"], tags=[("milk", "soy")])
        good = add_good()
        add_sale(first, shop.own_terminal, 10_000)
        add_sale(second, shop.franchised_terminal, 5_000, goods=[good])
        add_points(first, 1_000, days=30)
        add_points(second, 500, days=5)
        add_points(second, 200)
    return first, second
