"""A shop, Olena and a series of coupons."""

from __future__ import annotations

import pytest

from tests.factories import add_customer, add_series
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def olena(shop: Shop) -> int:
    with shop.work():
        return add_customer()


@pytest.fixture
def series(shop: Shop) -> int:
    with shop.work():
        return add_series()
