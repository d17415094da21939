"""A shop and Olena, who collects points there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.extensions import db
from tests.factories import add_customer, add_points
from tests.my.arriving import at_once
from tests.people import Shop, Town

PHONE = "+380671112233"


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def olena(shop: Shop) -> int:
    with shop.work():
        customer = add_customer("Olena", phone=PHONE, email="olena@example.com")
        add_points(customer, 123_450)
        speak(customer, "en")
        return customer


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A browser that speaks English; it asks for nothing by itself."""
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def quickly() -> Iterator[None]:
    with at_once():
        yield


def speak(customer: int, language: str) -> None:
    db.session.execute(text("UPDATE customer SET language = :code WHERE id = :id"), {"code": language, "id": customer})
