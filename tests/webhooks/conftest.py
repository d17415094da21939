"""A receiver, and an address of Kavalier that listens there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.people import Town
from tests.webhooks.receiving import Receiver, add_endpoint, receiving


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
