"""A receiver, and an address of Kavalier that listens there."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from flask.testing import FlaskClient

from app.webhooks.queries import endpoint_named
from app.webhooks.services.endpoints import send_test
from tests.people import Shop, Town
from tests.webhooks.receiving import Pass, Receiver, add_endpoint, let_pass, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def endpoint(town: Town, receiver: Receiver) -> int:
    """Listens to everything."""
    with town.kavalier.work():
        return add_endpoint(receiver.url).id


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    """The browser of Kavalier's administrator."""
    return town.browser(town.anna)


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def wait(superuser: psycopg.Connection) -> Pass:
    return lambda time: let_pass(superuser, time)


@pytest.fixture
def event(shop: Shop, endpoint: int) -> int:
    """The delivery of a test."""
    with shop.work():
        return send_test(endpoint_named(endpoint, held=True))
