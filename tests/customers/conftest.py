"""A person at work."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.people import Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)
