"""A browser at the Terminal of the franchisee's place, where Sasha sells, and a customer."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.factories import add_customer
from tests.people import Town
from tests.terminal.counter import IRYNA


@pytest.fixture
def sasha(town: Town) -> FlaskClient:
    return town.browser(town.sasha)


@pytest.fixture
def iryna(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Iryna", "Melnyk", IRYNA)
