"""A browser at the Terminal of the franchisee's place, where Sasha sells."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.people import Town


@pytest.fixture
def sasha(town: Town) -> FlaskClient:
    return town.browser(town.sasha)
