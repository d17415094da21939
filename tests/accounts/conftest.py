"""A person and a form that it has open."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.browsing import Form, form_to
from tests.people import Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def form(anna: FlaskClient) -> Form:
    return form_to(anna.get("/terminals/new"), "/terminals")
