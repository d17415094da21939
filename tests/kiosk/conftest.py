"""A tablet beside the Terminal of the franchisee's place, where Sasha sells."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.businesses.models import Feature
from app.businesses.queries import own_business
from app.businesses.services import let_kiosk_in, switch_feature
from tests.kiosk.tablets import pair
from tests.people import Town


@pytest.fixture
def kiosks_on(town: Town) -> Town:
    with town.kavalier.work():
        switch_feature(Feature.KIOSK, True)
        own_business().languages = ["en", "uk", "ru"]
    return town


@pytest.fixture
def tablet(kiosks_on: Town) -> FlaskClient:
    """Paired by a code that Anna had made."""
    shop, client = kiosks_on.kavalier, kiosks_on.browser()
    with shop.work(kiosks_on.anna):
        code = let_kiosk_in(shop.franchised_terminal)
    assert pair(client, code).status_code == 200
    return client


@pytest.fixture
def sasha(town: Town) -> FlaskClient:
    return town.browser(town.sasha)
