"""A shop that has money for messages, and Olena, who gets them."""

from __future__ import annotations

import pytest

from app.billing.services import Prices, set_tariff, top_up
from tests.factories import add_customer
from tests.messaging.pipeline import PHONE
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    """Kavalier has 10.00; a segment costs 0.80."""
    with town.kavalier.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(1_000, "first")
    return town.kavalier


@pytest.fixture
def olena(shop: Shop) -> int:
    with shop.work():
        return add_customer(phone=PHONE, email="olena@example.com")
